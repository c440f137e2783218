import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createServe } from '../../../src/platform/http/server.ts';
import type { Exchange, HttpRequest, HttpResponse } from '../../../src/ports/exchange.ts';
import { freePort } from '../../support/http/free-port.ts';
import { tokenFields } from '../../support/oauth/token-fields.ts';
import { ProgramRig } from '../../support/program/program-rig.ts';
import type { Running } from '../../support/program/running.ts';

let rig: ProgramRig;
const closing: (() => unknown)[] = [];
beforeEach(() => {
  rig = new ProgramRig();
});
afterEach(async () => {
  await rig.close();
  for (const close of closing.splice(0)) await close();
});

async function shownUrl(running: Running): Promise<URL> {
  const [, url = ''] = await running.until('stderr', /^ {2}(https?:\/\/\S+)$/m);
  return new URL(url);
}

/** An authorization server written for the test: it remembers what its token endpoint was sent. */
async function authServer(token: (request: HttpRequest) => HttpResponse | Promise<HttpResponse>) {
  const seen: HttpRequest[] = [];
  const answer: Exchange = async (request) => {
    // The sign of life that a login asks for first.
    if (request.method === 'HEAD') return json(404, {});
    seen.push(request);
    return token(request);
  };
  const server = await createServe(() => undefined)({ host: '127.0.0.1', port: 0, answer });
  closing.push(() => server.close(0));
  return { base: `http://127.0.0.1:${server.port}`, seen };
}

const json = (status: number, body: unknown, headers: HttpResponse['headers'] = []): HttpResponse => ({
  status,
  headers: [['Content-Type', 'application/json'], ...headers],
  body: Buffer.from(JSON.stringify(body)),
});

/** Settings of a login against `authServer`. */
const elsewhere = (base: string, port: number, extra: Record<string, string> = {}) => ({
  REVENTO_AUTH_BASE: base,
  REVENTO_CLIENT_ID: 'client_1',
  REVENTO_EVENT: 'evt_1',
  REVENTO_REDIRECT_URI: `http://localhost:${port}/callback`,
  ...extra,
});

describe('an authorization server written elsewhere', () => {
  /** Logs in by coming back with a code of our own. */
  async function loginWith(env: Record<string, string>, flags: string[] = []) {
    const running = rig.start(['login', '--no-browser', ...flags], { env });
    const url = await shownUrl(running);
    const back = new URL(url.searchParams.get('redirect_uri') ?? '');
    back.searchParams.set('code', 'code-of-the-test');
    back.searchParams.set('state', url.searchParams.get('state') ?? '');
    const page = await fetch(back);
    return { page: await page.text(), status: page.status, ...(await running.ended) };
  }

  it('may answer five fields only, and gets the client secret in the form', async () => {
    const secret = 'a+b&c=d%e\u0301~*';
    const server = await authServer(() => json(200, tokenFields()));
    const env = elsewhere(server.base, await freePort(), { REVENTO_CLIENT_SECRET: secret });
    const { code, page } = await loginWith(env);
    expect(code).toBe(0);
    expect(page).toContain('Signed in');
    const form = new URLSearchParams(Buffer.from(server.seen[0]?.body ?? '').toString());
    expect(form.get('client_secret')).toBe(secret);
    expect(server.seen[0]?.url).toBe('/oauth/token');
  });

  it('gets no client_secret from a public client', async () => {
    const server = await authServer(() => json(200, tokenFields()));
    expect((await loginWith(elsewhere(server.base, await freePort()))).code).toBe(0);
    expect(Buffer.from(server.seen[0]?.body ?? '').toString()).not.toContain('client_secret');
  });

  it.each([301, 302, 303, 307, 308])('cannot send the secret on with a %i', async (status) => {
    const target = await authServer(() => json(200, tokenFields()));
    const server = await authServer(() => json(status, {}, [['Location', `${target.base}/oauth/token`]]));
    const { code, page, stderr } = await loginWith(elsewhere(server.base, await freePort()));
    expect(code).toBe(1);
    expect(page).toContain('Not signed in');
    expect(stderr).toContain(`HTTP ${status}`);
    expect(server.seen).toHaveLength(1);
    expect(target.seen).toHaveLength(0);
  });

  it('is asked once when it drops the connection', async () => {
    const server = await authServer(() => ({ ...json(200, {}), cut: 'drop' }));
    const { code, page, stderr } = await loginWith(elsewhere(server.base, await freePort()));
    expect(code).toBe(5);
    expect(page).toContain('connection closed');
    expect(stderr).toMatch(/request [0-9a-f-]{36}/);
    expect(server.seen).toHaveLength(1);
  });

  it('is not believed when its answer is longer than 1 MiB', async () => {
    const server = await authServer(() => json(200, tokenFields({ padding: 'x'.repeat(1024 * 1024) })));
    const { code, status } = await loginWith(elsewhere(server.base, await freePort()));
    expect(code).toBe(1);
    expect(status).toBe(502);
  });

  it('is refused when the tokens are for another event', async () => {
    const server = await authServer(() => json(200, tokenFields({ event_id: 'evt_2' })));
    const env = elsewhere(server.base, await freePort());
    expect((await loginWith(env)).code).toBe(4);
    expect((await rig.run(['status'], { env })).code).toBe(4);
  });

  it('keeps an earlier login when it says that the client is unknown', async () => {
    const answers = [json(200, tokenFields()), json(401, { error: 'invalid_client' })];
    const server = await authServer(() => answers.shift() ?? json(500, {}));
    const env = elsewhere(server.base, await freePort());
    expect((await loginWith(env)).code).toBe(0);
    const second = await loginWith(env);
    expect(second.code).toBe(1);
    expect(second.stderr).toContain('REVENTO_CLIENT_SECRET');
    expect((await rig.run(['status'], { env })).code).toBe(0);
  });

  it('behind a tunnel is listened for on --port', async () => {
    const server = await authServer(() => json(200, tokenFields()));
    const port = await freePort();
    const env = elsewhere(server.base, port, { REVENTO_REDIRECT_URI: 'https://abc.tunnel.example/cb' });
    const running = rig.start(['login', '--no-browser', '--port', String(port)], { env });
    const url = await shownUrl(running);
    const page = await fetch(`http://localhost:${port}/cb?code=c&state=${url.searchParams.get('state')}`);
    expect(page.status).toBe(200);
    expect((await running.ended).code).toBe(0);
    const form = new URLSearchParams(Buffer.from(server.seen[0]?.body ?? '').toString());
    expect(form.get('redirect_uri')).toBe('https://abc.tunnel.example/cb');
  });
});

it('ends with a reason when BROWSER is an executable that is not a program', async () => {
  const file = join(rig.home, 'broken');
  writeFileSync(file, '\u0000not a program');
  chmodSync(file, 0o755);
  const { base } = await authServer(() => json(500, {}));
  const env = elsewhere(base, await freePort(), { BROWSER: file });
  const { code, stderr } = await rig.run(['login'], { env });
  expect(code).toBe(4);
  expect(stderr).toContain('error: Nobody gave consent: ');
});
