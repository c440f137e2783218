import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../support/http/free-port.ts';
import { rawExchange } from '../../support/http/raw-http.ts';
import { peakMemoryLack, peakMemoryOf } from '../../support/program/memory/peak-memory.ts';
import { withReason } from '../../support/program/needs.ts';
import { ProgramRig } from '../../support/program/program-rig.ts';
import { SmallDisk } from '../../support/store/small-disk.ts';
import { until } from '../../support/until.ts';
import { aDelivery, envelope, newSecret } from '../../support/webhook/delivery.ts';
import { closeHandlers, handler } from '../../support/webhook/handler.ts';
import { recordedLine } from '../../support/webhook/recorded.ts';
import { survivorsIn } from '../../support/webhook/survivors.ts';

let rig: ProgramRig;
const secret = newSecret();
const env = { REVENTO_WEBHOOK_SECRET: secret };
beforeEach(() => {
  rig = new ProgramRig();
});
afterEach(async () => {
  await rig.close();
  await closeHandlers();
});

const inHome = (name: string) => join(rig.home, name);
const read = (name: string) => readFileSync(inHome(name), 'utf8');
const person = {
  name: 'Alice Novakova',
  email: 'alice.novakova@mail.cz',
  custom_form_fields: { diet: 'no nuts at all' },
};
const texts = ['Alice Novakova', 'alice.novakova@mail.cz', 'no nuts at all'];
const genuine = () => recordedLine({ secret, body: envelope('application.approved', person) });
const forged = () => recordedLine({ secret: newSecret(), body: envelope(), reason: 'signature_mismatch' });

/** A machine that has neither settings nor secrets. */
function elsewhere() {
  const home = mkdtempSync(inHome('elsewhere-'));
  return { env: { HOME: home, XDG_CONFIG_HOME: home, XDG_DATA_HOME: home, XDG_STATE_HOME: home } };
}

/** Scrubs `raw.ndjson` to `safe.ndjson`. */
async function scrub(lines: readonly string[], ...args: string[]) {
  writeFileSync(inHome('raw.ndjson'), `${lines.join('\n')}\n`);
  return rig.run(['webhook', 'scrub', 'raw.ndjson', '--out', 'safe.ndjson', ...args], { env });
}

describe('webhook scrub', () => {
  it('makes a recording that verifies on a machine without a secret', async () => {
    expect(await scrub([genuine(), genuine()])).toMatchObject({ code: 0, stdout: '' });
    expect(survivorsIn(read('safe.ndjson'), texts)).toEqual([]);
    const whole = await rig.run(['webhook', 'verify', 'safe.ndjson'], elsewhere());
    expect(whole).toMatchObject({ code: 0, stdout: expect.stringContaining('not that Revento sent it') as string });
    const head = ['--timestamp', '1700000000', '--signature', `sha256=${'0'.repeat(64)}`];
    const asBody = await rig.run(['webhook', 'verify', 'safe.ndjson', ...head, '--ignore-age'], { env });
    expect([asBody.code, asBody.stdout]).toEqual([3, expect.stringContaining('signature_mismatch')]);
    const [, , last = ''] = read('safe.ndjson').split('\n');
    expect(await rig.run(['webhook', 'verify', '--json'], { ...elsewhere(), input: `${last}\n` })).toMatchObject({
      code: 0,
    });
    writeFileSync(
      inHome('safe.ndjson'),
      read('safe.ndjson').replace('"status":200', '"status":201').replace('_status":200', '_status":201'),
    );
    expect(await rig.run(['webhook', 'verify', 'safe.ndjson'], elsewhere())).toMatchObject({ code: 3 });
  });

  it('has its deliveries signed for a handler with the secret of the user', async () => {
    await scrub([genuine(), forged()]);
    const { url, got } = await handler();
    const replayed = await rig.run(['webhook', 'replay', 'safe.ndjson', '--to', url, '--resign'], { env });
    expect(replayed).toMatchObject({ code: 0, stderr: expect.stringContaining('signature_mismatch') as string });
    expect(got).toHaveLength(1);
  });

  it('replaces the file itself only as a whole', async () => {
    writeFileSync(inHome('raw.ndjson'), `${genuine()}\n`);
    await rig.run(['webhook', 'scrub', 'raw.ndjson', '--out', 'raw.ndjson'], { env });
    expect(survivorsIn(read('raw.ndjson'), texts)).toEqual([]);
    writeFileSync(inHome('other.txt'), 'not a recording\n');
    const failed = await rig.run(['webhook', 'scrub', 'other.txt', '--out', 'other.txt'], { env });
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining('is not a recording: line 1') as string });
    expect(read('other.txt')).toBe('not a recording\n');
  });

  it('gives a key that no listener takes for a signing secret', async () => {
    await scrub([genuine()]);
    const { file_key: key } = JSON.parse(read('safe.ndjson').split('\n')[0] ?? '') as { file_key: string };
    const started = await rig.run(['webhook', 'listen', '--port', '0'], { env: { REVENTO_WEBHOOK_SECRET: key } });
    expect(started).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('key of a scrubbed recording') as string,
    });
  });
});

describe('webhook scrub, where it does not come to its end', () => {
  /** More than is written at once. */
  const long = () =>
    recordedLine({ secret, body: envelope('application.approved', { note: 'a long story '.repeat(40_000) }) });

  it.skipIf(process.platform === 'win32')('leaves the file as it was at Ctrl-C, and nothing beside it', async () => {
    execFileSync('mkfifo', [inHome('pipe')]);
    writeFileSync(inHome('raw.ndjson'), genuine());
    const files = readdirSync(rig.home);
    const running = rig.start(['webhook', 'scrub', 'pipe', '--out', 'raw.ndjson'], { env });
    const pipe = await open(inHome('pipe'), 'w');
    await pipe.writeFile(`${long()}\n`);
    const written = () =>
      readdirSync(rig.home).filter((name) => name.endsWith('.tmp') && statSync(inHome(name)).size > 0);
    await until(() => written().length > 0, 'a part of the output is written');
    running.kill('SIGINT');
    expect(await running.ended).toMatchObject({ code: 130 });
    await pipe.close();
    expect(readdirSync(rig.home).filter((name) => !files.includes(name) && /ndjson|pipe/.test(name))).toEqual([]);
    expect(read('raw.ndjson').startsWith('{"type":"delivery"')).toBe(true);
    expect(survivorsIn(read('raw.ndjson'), texts)).toEqual(texts);
  });

  it('leaves the file as it was on a full disk, and nothing beside it', async (context) => {
    mkdirSync(inHome('disk'));
    const disk = SmallDisk.mount(inHome('disk'));
    if (disk === null) return context.skip();
    try {
      const original = `${genuine()}\n`.repeat(20);
      writeFileSync(inHome('disk/raw.ndjson'), original);
      disk.fill(2);
      const files = readdirSync(inHome('disk'));
      const ended = await rig.run(['webhook', 'scrub', 'disk/raw.ndjson', '--out', 'disk/raw.ndjson'], { env });
      expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('disk is full') as string });
      expect(readdirSync(inHome('disk'))).toEqual(files);
      expect(read('disk/raw.ndjson')).toBe(original);
    } finally {
      disk.unmount();
    }
  });

  it.skipIf(peakMemoryLack !== null)(
    withReason('takes the same memory for a recording of five times the size', peakMemoryLack),
    async () => {
      const note = 'a long story '.repeat(5_000);
      const line = `${recordedLine({ secret, body: envelope('application.approved', { note }) })}\n`;
      // A heap that may grow is not collected in time to tell what is held. Node.js has limits for it, Bun the memory of
      // the machine, which it takes a share of.
      const small = {
        NODE_OPTIONS: '--max-semi-space-size=1 --max-old-space-size=40',
        BUN_JSC_forceRAMSize: String(64 * 1024 * 1024),
      };
      const peakOf = (count: number) => {
        writeFileSync(inHome('raw.ndjson'), line.repeat(count));
        // Kept, because making a long text up takes long.
        const args = ['webhook', 'scrub', 'raw.ndjson', '--keep', 'data.note', '--out', 'safe.ndjson'];
        return peakMemoryOf(rig, args, { env: { ...env, ...small } });
      };
      const [one, other] = [await peakOf(140), await peakOf(700)];
      expect(other - one).toBeLessThan((line.length * (700 - 140)) / 2);
    },
  );
});

describe('webhook listen --record', () => {
  async function record(file: string, ...args: string[]) {
    const running = rig.start(
      ['webhook', 'listen', '--port', '0', '-o', 'ndjson', '--record', file, '--count', '1', ...args],
      { env },
    );
    const [line] = await running.until('stdout', /^\{"type":"ready".*\}$/m);
    const { port } = new URL((JSON.parse(line) as { url: string }).url);
    await rawExchange(Number(port), {
      pieces: [aDelivery({ secret, body: envelope('application.approved', person) }).wire],
    });
    return running.ended;
  }

  it('makes people up by itself in a git work tree, and verifies elsewhere', async () => {
    mkdirSync(inHome('app/test'), { recursive: true });
    mkdirSync(inHome('app/.git'));
    const { stderr } = await record('app/test/one.ndjson');
    expect(stderr).toContain('is in a git work tree');
    expect(survivorsIn(read('app/test/one.ndjson'), [...texts, secret])).toEqual([]);
    expect(await rig.run(['webhook', 'verify', 'app/test/one.ndjson'], elsewhere())).toMatchObject({ code: 0 });
    await record('app/test/one.ndjson');
    expect(await rig.run(['webhook', 'verify', 'app/test/one.ndjson'], elsewhere())).toMatchObject({ code: 0 });
    const mixed = await rig.run(['webhook', 'listen', '--port', '0', '--record', 'app/test/one.ndjson', '--raw'], {
      env,
    });
    expect(mixed).toMatchObject({ code: 2, stderr: expect.stringContaining('has made-up people') as string });
  });

  it('says loudly that --raw records real people, in a file for its owner only', async () => {
    mkdirSync(inHome('app/.git'), { recursive: true });
    const { stderr } = await record('app/raw.ndjson', '--raw');
    expect(stderr).toMatch(/^warning: --raw records real people/m);
    expect(survivorsIn(read('app/raw.ndjson'), texts)).toEqual(texts);
    if (process.platform !== 'win32') expect(statSync(inHome('app/raw.ndjson')).mode & 0o777).toBe(0o600);
    const mixed = await rig.run(['webhook', 'listen', '--port', '0', '--record', 'app/raw.ndjson'], { env });
    expect(mixed).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('webhook scrub app/raw.ndjson') as string,
    });
  });

  it('leaves nothing of a sandbox with canaries to find', async () => {
    const port = String(await freePort());
    const listen = `revento webhook listen --port ${port} --record people.ndjson`;
    const url = `http://127.0.0.1:${port}/webhooks/revento`;
    const script = `
      revento login || exit 9
      ${listen} --pseudonyms --count 1 -- revento sandbox trigger application.approved || exit 8
      revento privacy scan --deleted people.ndjson`;
    const sandbox = ['sandbox', 'exec', '--canaries', '--participants', '3', '--webhook-url', url];
    const { code, stderr } = await rig.run([...sandbox, '--', 'sh', '-c', script]);
    expect([code, stderr]).toEqual([0, expect.stringContaining('scanned 1 file')]);
    expect(read('people.ndjson')).toContain('"type":"delivery"');
  });
});
