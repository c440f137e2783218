import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listServer, type PageOf } from '../../support/api/list-server.ts';
import { ProgramRig } from '../../support/program/program-rig.ts';
import { startLine, startOf } from '../../support/program/start-words.ts';
import { SmallDisk } from '../../support/store/small-disk.ts';

let rig: ProgramRig;
const closing: (() => unknown)[] = [];
beforeEach(() => {
  rig = new ProgramRig();
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  await rig.close();
});

/** An API with one list, and an environment for a login there. */
async function serveList(pageOf: PageOf): Promise<Api> {
  const { apiBase, requests, close } = await listServer(pageOf);
  closing.push(close);
  const login = { REVENTO_ACCESS_TOKEN: 'rev_install_of_nobody', REVENTO_EVENT: 'evt_1' };
  return { env: { ...rig.env, ...login, REVENTO_API_BASE: apiBase }, requests };
}

interface Api {
  readonly env: Readonly<Record<string, string>>;
  requests(): number;
}

const onePage = (rows: string) => (index: number) => (index === 0 ? rows : null);
const list = (...args: string[]) => ['participants', 'list', '--all', ...args];

/** The program with stdout on a file of ours. */
function runInto(fd: number, args: readonly string[], { env }: Api): Promise<{ code: number | null; stderr: string }> {
  const child = spawn(...startOf(args), { env, stdio: ['ignore', fd, 'pipe'] });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stderr })));
}

describe('a million rows', () => {
  const perPage = 20_000;
  const pageOf = (index: number) =>
    index < 50
      ? Array.from({ length: perPage }, (_row, row) => `{"n":${index * perPage + row},"name":"Łukasz"}`).join(',')
      : null;

  it.each(['ndjson', 'json'])('arrive whole through a pipe whose reader is slow (%s)', async (format) => {
    const api = await serveList(pageOf);
    const child = spawn(...startOf(list('-o', format)), {
      env: api.env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = new Promise((resolve) => child.once('close', resolve));
    let newlines = 0;
    let tail = '';
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      // Not read on until the event loop has gone round: the pipe is full most of the time.
      await new Promise((resolve) => setImmediate(resolve));
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) newlines++;
      tail = (tail + chunk.toString('latin1')).slice(-200);
    }
    expect(await ended).toBe(0);
    expect(tail).toContain('999999');
    expect(newlines).toBe({ ndjson: 1_000_000, json: 4_000_002 }[format]);
  });
});

describe('a disk that fills up', () => {
  /** A file on a disk that has room for one page of 4 KiB, or null where nothing can be mounted. */
  function fileOnFullDisk(): { fd: number; path: string } | null {
    const directory = join(rig.home, 'disk');
    mkdirSync(directory);
    const disk = SmallDisk.mount(directory);
    if (disk === null) return null;
    closing.push(() => disk.unmount());
    disk.fill(1);
    const path = join(directory, 'rows');
    const fd = openSync(path, 'w');
    closing.unshift(() => closeSync(fd));
    return { fd, path };
  }

  it('fails the run, even when only the end of a single write did not fit', async (context) => {
    const file = fileOnFullDisk();
    if (file === null) return context.skip();
    const api = await serveList(onePage(`{"pad":"${'x'.repeat(6_000)}"}`));
    const { code, stderr } = await runInto(file.fd, list('-o', 'ndjson'), api);
    expect(code).toBe(1);
    expect(JSON.parse(stderr).error.code).toBe('disk_full');
    expect(statSync(file.path).size).toBe(4_096);
  });

  it.skipIf(process.platform !== 'linux')('fails the run for every kind of output', async () => {
    const api = await serveList(onePage('{"id":"a"}'));
    const fd = openSync('/dev/full', 'w');
    closing.push(() => closeSync(fd));
    for (const args of [
      list('-o', 'json'),
      list('-o', 'csv'),
      list(),
      list('--jq', '.'),
      ['help', 'output'],
      ['participants', '--help'],
    ]) {
      const { code, stderr } = await runInto(fd, args, api);
      expect([args, code]).toEqual([args, 1]);
      expect(stderr).toContain('The disk is full');
    }
  });
});

describe('rows of a server that means harm', () => {
  const evil = '{"id":"\\u001b[2J\\u001b]0;owned\\u0007","name":"\u009b31m\u202egnp.exe"}';

  it('do not reach stdout or stderr as control characters of a table', async () => {
    const api = await serveList(onePage(evil));
    const { stdout, stderr, code } = await rig.run(list('--columns', 'id,name,id.nope'), {
      env: { ...api.env, FORCE_COLOR: '1' },
    });
    // The field that is nowhere is named beside those there are.
    expect(code).toBe(2);
    expect(`${stdout}${stderr}`.replace(/\u001b\[\d+m/g, '')).not.toMatch(
      /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/,
    );
    expect(stdout).toContain('[2J]0;owned');
  });

  it('are bytes unchanged in a pipe that carries JSON', async () => {
    const api = await serveList(onePage(evil));
    expect((await rig.run(list('-o', 'ndjson'), { env: api.env })).stdout).toBe(`${evil}\n`);
  });
});

describe('JSON in a pipe', () => {
  it('has no color, whatever FORCE_COLOR says', async () => {
    const api = await serveList(onePage('{"id":"a"}'));
    const { stdout } = await rig.run(list('--json'), { env: { ...api.env, FORCE_COLOR: '1' } });
    expect(JSON.parse(stdout)).toEqual([{ id: 'a' }]);
  });

  it('keeps digits, duplicate keys and __proto__', async () => {
    const row = '{"n":1e400,"n":2.50,"__proto__":{"x":12345678901234567890}}';
    const api = await serveList(onePage(row));
    expect((await rig.run(list('-o', 'ndjson'), { env: api.env })).stdout).toBe(`${row}\n`);
  });
});

describe('--jq', () => {
  it('is checked before anything is sent', async () => {
    const api = await serveList(onePage('{"id":"a"}'));
    const { code, stdout, stderr } = await rig.run(list('--jq', '.[] |'), { env: api.env });
    expect({ code, stdout, requests: api.requests() }).toEqual({ code: 2, stdout: '', requests: 0 });
    expect(stderr).toContain('syntax error');
  });

  it('that does not fit the rows fails the run after the results before it', async () => {
    const api = await serveList(onePage('{"id":"a"},"text"'));
    const { code, stdout, stderr } = await rig.run(list('--jq', '.[].id'), { env: api.env });
    expect({ code, stdout }).toEqual({ code: 1, stdout: 'a\n' });
    expect(stderr).toContain('Cannot index');
  });
});

it.each([['--version'], ['--help']])(
  '%s that cannot be written is a failure, reported without a stack',
  async (flag) => {
    const full = openSync('/dev/full', 'w');
    const { code, stderr } = await runInto(full, [flag], { env: rig.env, requests: () => 0 });
    closeSync(full);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: .*\n(hint: .*\n)?$/);
  },
);

describe('options that contradict each other', () => {
  it.each([
    [
      ['--jq', '.', '-o', 'csv'],
      ['--jq', '-o csv'],
    ],
    [
      ['--jq', '.', '--columns', 'id'],
      ['--jq', '--columns'],
    ],
    [
      ['--json', '-o', 'ndjson'],
      ['--json', '-o ndjson'],
    ],
    [
      ['--columns', 'id,role,id'],
      ['--columns', '"id"'],
    ],
  ])('%j are refused before any request, both named', async (options, named) => {
    const api = await serveList(onePage('{"id":"1"}'));
    const { code, stdout, stderr } = await rig.run(list(...options), api);
    expect({ code, stdout, requests: api.requests() }).toEqual({ code: 2, stdout: '', requests: 0 });
    for (const flag of named) expect(stderr).toContain(flag);
  });

  it('yield where one of them is only a setting', async () => {
    const api = await serveList(onePage('{"id":"1"}'));
    const { code, stdout } = await rig.run(list('--jq', '.[].id'), { env: { ...api.env, REVENTO_OUTPUT: 'csv' } });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '1\n' });
  });
});

it.each(['--event', '--api-base', '--auth-base'])('%s without a value is refused, not ignored', async (flag) => {
  const api = await serveList(onePage('{"id":"1"}'));
  const { code, stderr } = await rig.run(list(flag, ''), api);
  expect({ code, requests: api.requests() }).toEqual({ code: 2, requests: 0 });
  expect(stderr).toContain(`${flag} is empty`);
});

it('takes a setting from its flag first', async () => {
  const flags = { auth_base: 'https://a.test', api_base: 'https://b.test', default_event: 'evt_9', output: 'json' };
  const variables = { REVENTO_AUTH_BASE: 'https://x.test', REVENTO_API_BASE: 'https://x.test', REVENTO_EVENT: 'evt_x' };
  const options = ['--auth-base', flags.auth_base, '--api-base', flags.api_base, '--event', flags.default_event];
  const { stdout } = await rig.run(['config', 'list', '--output', flags.output, ...options], { env: variables });
  const rows = JSON.parse(stdout) as { name: string; value: string; source: string }[];
  const found = rows.filter(({ source }) => source === 'flag').map(({ name, value }) => [name, value]);
  expect(Object.fromEntries(found)).toEqual(flags);
});

describe('a format there is none of', () => {
  it('is blamed on where it comes from', async () => {
    const api = await serveList(onePage('{"id":"1"}'));
    const { code, stderr } = await rig.run(list(), { env: { ...api.env, REVENTO_OUTPUT: 'yaml' } });
    expect({ code, requests: api.requests() }).toEqual({ code: 2, requests: 0 });
    expect(stderr).toMatch(/^error: REVENTO_OUTPUT .*"yaml"\nhint: .*REVENTO_OUTPUT/);
  });

  it.each([['-ojson'], ['-o=ndjson'], ['--output=json'], ['-o', 'json']])(
    'does not keep a wrong command line from being reported as JSON: %s',
    async (...format) => {
      const { code, stderr } = await rig.run(['participants', 'lst', ...format]);
      expect(code).toBe(2);
      expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'usage' } });
    },
  );

  it('is reported as text when the words that ask for JSON are those of another command', async () => {
    const { stderr } = await rig.run(['sandbox', 'exec', '--bogus', '--', 'jq', '--json']);
    expect(stderr).toMatch(/^error: /);
  });
});

describe('a status that the documentation does not name', () => {
  const rows = '{"id":"a","application_status":"registered"},{"id":"b","application_status":"withdrawn_by_user"}';

  it.each<[string[]]>([[[]], [['-o', 'csv']], [['--json']], [['-o', 'ndjson']], [['--columns', 'application_status']]])(
    'is shown as it came and nobody is warned, with %j',
    async (words) => {
      const { env } = await serveList(onePage(rows));
      const { code, stdout, stderr } = await rig.run(list(...words), { env });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/registered[\s\S]*withdrawn_by_user/);
    },
  );
});

describe('on a terminal', () => {
  /** The program on a pseudo terminal 60 columns wide, made by util-linux's `script`. */
  async function onTerminal(args: readonly string[], { env }: Api): Promise<string> {
    const command = ['stty cols 60;', startLine, ...args].join(' ');
    const child = spawn('script', ['-qec', command, '/dev/null'], {
      env: { ...env, TERM: 'xterm', TZ: 'UTC' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let text = '';
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) text += chunk.toString('utf8');
    return text.replaceAll('\r\n', '\n');
  }

  it('a table is cut to the width, colored, and free of what the server sent', async () => {
    const api = await serveList(
      onePage(`{"id":"a\\u001b[2J","application_status":"rejected","note":"${'日本'.repeat(40)}"}`),
    );
    const text = await onTerminal(list('--columns', 'id,application_status,note'), api);
    const [head, row] = text.split('\n');
    expect(head).toBe('\u001b[1mID\u001b[22m    \u001b[1mSTATUS\u001b[22m    \u001b[1mNOTE\u001b[22m');
    expect(row).toBe(`a[2J  \u001b[31mrejected\u001b[39m  ${'日本'.repeat(10)}日…`);
  });

  it('JSON is colored and shows hidden characters as escapes', async () => {
    const api = await serveList(onePage('{"id":"\u009b2J"}'));
    expect(await onTerminal(list('--json'), api)).toContain(
      '\u001b[34m"id"\u001b[39m: \u001b[32m"\\u009b2J"\u001b[39m',
    );
  });
});
