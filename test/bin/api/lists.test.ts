import { spawn } from 'node:child_process';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../support/http/free-port.ts';
import { consentingBrowser, ProgramRig } from '../../support/program/program-rig.ts';
import { startLine } from '../../support/program/start-words.ts';

let rig: ProgramRig;
const closing: (() => unknown)[] = [];
beforeEach(() => {
  rig = new ProgramRig();
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  await rig.close();
});

const inSandbox = { env: { REVENTO_PROFILE: 'sandbox' } };
const browser = { REVENTO_PROFILE: 'sandbox', BROWSER: consentingBrowser() };

/** A sandbox and an organizer's login in it. */
async function loggedIn(args: readonly string[] = []) {
  const redirectUri = `http://localhost:${await freePort()}/callback`;
  const ready = await rig.sandbox(['--redirect-uri', redirectUri, ...args]);
  const login = await rig.run(['login', '--redirect-uri', redirectUri], { env: browser });
  if (login.code !== 0) throw new Error(login.stderr);
  return ready;
}
const list = (...args: string[]) => rig.run(['participants', 'list', ...args], inSandbox);
const lines = (text: string) => text.split('\n').filter((line) => line !== '');

describe('participants list', () => {
  it('prints 25 rows on stdout, and where to continue from on stderr', async () => {
    await loggedIn();
    const { code, stdout, stderr } = await list('-o', 'ndjson');
    expect(code).toBe(0);
    expect(lines(stdout).map((line) => JSON.parse(line).id)).toHaveLength(25);
    const [, cursor = ''] = /--cursor (\S+) for/.exec(stderr) ?? [];
    const rest = await list('-o', 'ndjson', '--all', '--cursor', cursor);
    expect(lines(rest.stdout)).toHaveLength(17);
    expect(rest.stderr).toBe('');
  });

  it('gives one JSON array, and jq the whole of it and not a page', async () => {
    await loggedIn(['--participants', '120']);
    const { stdout } = await list('--all', '--json');
    expect(JSON.parse(stdout)).toHaveLength(120);
    expect((await list('--all', '--jq', 'length')).stdout).toBe('120\n');
  });

  it('refuses flags that exclude each other before it does anything', async () => {
    const { code, stdout, stderr } = await list('--all', '--limit', '3');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/--limit can't be combined with --all/);
  });

  it('says what to run when nobody is logged in', async () => {
    await rig.sandbox();
    const { code, stderr } = await list();
    expect(code).toBe(4);
    expect(stderr).toContain('hint: run: revento -p sandbox login');
  });

  it('ends quietly when its reader has seen enough', async () => {
    await loggedIn(['--participants', '2000', '--no-rate-limit']);
    const command = `${startLine} participants list --all -o ndjson | head -n 3; echo "status \${PIPESTATUS[0]}"`;
    const child = spawn('bash', ['-c', command], { env: { ...rig.env, ...inSandbox.env } });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    await new Promise((resolve) => child.once('close', resolve));
    expect(lines(stdout)).toHaveLength(4);
    expect(stdout).toMatch(/status 0\n$/);
    expect(stderr).toBe('');
  });
});

describe('faults of the server', () => {
  it.each([
    ['answers of 500 and 503', ['--fault', 'api:500x1', '--fault', 'api:503x1@1']],
    ['a cut body', ['--fault', 'api:cut=100x1']],
    ['a dropped answer', ['--fault', 'api:dropx1']],
    ['a connection closed at once', ['--fault', 'api:losex1']],
    ['an access token that has expired', ['--fault', 'api:expiredx1']],
    ['429 with Retry-After', ['--fault', 'api:429=1x1']],
  ])('%s are got over', async (_name, args) => {
    await loggedIn(args);
    const { code, stdout, stderr } = await list('--all', '-o', 'ndjson');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(lines(stdout)).toHaveLength(42);
  });

  it('a rate limit longer than --max-wait ends with 5 and the cursor to continue from', async () => {
    await loggedIn(['--participants', '120', '--fault', 'api:429=600x1@1']);
    const { code, stdout, stderr } = await list('--all', '--json', '--max-wait', '2s');
    expect(code).toBe(5);
    expect(JSON.parse(stdout)).toHaveLength(50);
    const { error } = JSON.parse(stderr);
    expect(error).toMatchObject({ code: 'rate_limit_exceeded', status: 429 });
    expect(error.hint).toMatch(/try again in 600 s; 50 rows were complete; continue with --cursor \S+/);
  });

  it('a login that was revoked ends with 4, and is not tried again', async () => {
    await loggedIn(['--fault', 'api:revokedx1']);
    const first = await list('--json');
    expect(first.code).toBe(4);
    expect(JSON.parse(first.stderr).error).toMatchObject({ code: 'token_revoked', status: 401 });
    const second = await rig.run(['participants', 'list', '--verbose'], inSandbox);
    expect(second.code).toBe(4);
    expect(second.stderr).not.toContain('> GET');
  });

  it('a page that is not JSON is reported without being shown', async () => {
    await loggedIn(['--fault', 'api:html']);
    const { code, stdout, stderr } = await list();
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).not.toContain('<');
  });
});

describe('Ctrl-C', () => {
  it('ends a call that gets no answer at once with 130', async () => {
    let arrived = () => undefined;
    const arrival = new Promise<undefined>((resolve) => {
      arrived = () => resolve(undefined) as undefined;
    });
    const base = await serve(() => arrived());
    const running = rig.start(['participants', 'list'], { env: access(base) });
    await arrival;
    running.kill('SIGINT');
    const { code, stdout, stderr } = await running.ended;
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    expect(stderr).toMatch(/^error: GET \/events\/evt_1\/participants was interrupted\./);
  });

  it('ends a wait for the rate limit at once with 130', async () => {
    const base = await serve((response) => {
      response.writeHead(429, { 'Retry-After': '100' });
      response.end('{"error":"rate_limit_exceeded"}');
    });
    const running = rig.start(['participants', 'list', '--verbose'], { env: access(base) });
    await running.until('stderr', / 429 /);
    running.kill('SIGINT');
    expect((await running.ended).code).toBe(130);
  });

  it('in the middle of a list leaves whole rows and the cursor to continue from', async () => {
    await loggedIn(['--participants', '200', '--no-rate-limit', '--fault', 'api:slow=20s@1']);
    const running = rig.start(['participants', 'list', '--all', '-o', 'ndjson'], inSandbox);
    await running.until('stdout', /(.*\n){50}/);
    running.kill('SIGINT');
    const { code, stdout, stderr } = await running.ended;
    expect(code).toBe(130);
    expect(lines(stdout).map((line) => JSON.parse(line).id)).toHaveLength(50);
    expect(JSON.parse(stderr).error.hint).toMatch(/50 rows were complete; continue with --cursor \S+/);
  });
});

describe('ten processes of one login at once', () => {
  it('draw no refusal', async () => {
    await loggedIn(['--participants', '150']);
    const runs = await Promise.all(
      Array.from({ length: 10 }, () => list('--all', '-o', 'ndjson', '--verbose', '--max-wait', '50s')),
    );
    for (const { code, stdout, stderr } of runs) {
      expect(code).toBe(0);
      expect(lines(stdout)).toHaveLength(150);
      expect(lines(stderr).map((line) => /\?limit=\d+\S* (\d+) /.exec(line)?.[1])).toEqual(['200', '200', '200']);
    }
    // The minute is used up now, and the next process knows it without a request.
    const late = await list('--verbose', '--max-wait', '1s');
    expect(late.code).toBe(5);
    expect(late.stderr).not.toContain('> GET');
  });
});

describe('api', () => {
  it('prints the bytes of the answer and nothing else', async () => {
    const body = Buffer.from('{ "a" : 1e400,\r\n\t"b": "\u00e9\\u00e9" }\n\n', 'utf8');
    const base = await serve((response) => response.end(body));
    const { code, stdout, stderr } = await rig.run(['api', '/x'], { env: access(base) });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(Buffer.from(stdout, 'utf8')).toEqual(body);
  });

  it('prints the body of an error on stdout, the failure on stderr', async () => {
    await loggedIn();
    const { code, stdout, stderr } = await rig.run(['api', '/events/{event}/nothing', '-o', 'json'], inSandbox);
    expect(code).toBe(1);
    expect(JSON.parse(stdout).error).toBe('not_found');
    expect(JSON.parse(stderr).error).toMatchObject({ code: 'not_found', status: 404 });
  });

  it('takes --input beside --no-input', async () => {
    const seen: string[] = [];
    const base = await serve((response, request, sent) => {
      seen.push(`${request} ${sent}`);
      response.end('{}');
    });
    const args = ['api', '/x', '--input', '-', '--no-input'];
    expect((await rig.run(args, { env: access(base), input: '{"a":1}' })).code).toBe(0);
    expect((await rig.run(['--no-input', ...args.slice(0, 4)], { env: access(base), input: '{"a":2}' })).code).toBe(0);
    expect(seen).toEqual(['POST {"a":1}', 'POST {"a":2}']);
  });

  it('filters with jq, pages together', async () => {
    await loggedIn(['--participants', '120']);
    const path = '/events/{event}/participants';
    expect((await rig.run(['api', path, '--paginate', '--jq', 'length'], inSandbox)).stdout).toBe('120\n');
    expect((await rig.run(['api', path, '--jq', '.data | length'], inSandbox)).stdout).toBe('25\n');
    const { stdout } = await rig.run(['api', path, '--paginate', '-o', 'ndjson'], inSandbox);
    expect(lines(stdout)).toHaveLength(120);
    const slurped = await rig.run(['api', path, '--paginate', '--slurp', '--jq', '[.[].data | length]'], inSandbox);
    expect(JSON.parse(slurped.stdout)).toEqual([50, 50, 20]);
  });

  it('does not follow a redirect with the token', async () => {
    let isReached = false;
    const elsewhere = await serve((response) => {
      isReached = true;
      response.end('{}');
    });
    const base = await serve((response) => {
      response.writeHead(302, { Location: `${elsewhere}/x` });
      response.end();
    });
    const { code, stderr } = await rig.run(['api', '/x'], { env: access(base) });
    expect(code).toBe(1);
    expect(stderr).toContain('redirect');
    expect(isReached).toBe(false);
  });
});

/** The environment of a token that needs no login, at a server. */
function access(base: string): Record<string, string> {
  return {
    REVENTO_API_BASE: base,
    REVENTO_AUTH_BASE: base,
    REVENTO_ACCESS_TOKEN: 'rev_install_test',
    REVENTO_EVENT: 'evt_1',
  };
}

/** A server for one test; `handle` gets the method and the body of each request. */
async function serve(handle: (response: ServerResponse, method: string, body: string) => void): Promise<string> {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    handle(response, request.method ?? '', body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
