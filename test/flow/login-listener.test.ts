import { createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { login } from '../../src/commands/login/login/login.ts';
import type { LoginOptions } from '../../src/commands/login/login/plan.ts';
import { createServe } from '../../src/platform/http/server.ts';
import { run } from '../support/commands/deps.ts';
import { type LoginSetting, loginWorld } from '../support/commands/login-world.ts';
import { freePort } from '../support/http/free-port.ts';
import { dial, rawExchange } from '../support/http/raw-http.ts';

const serve = createServe((error) => {
  throw error;
});

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

/** Starts `revento login` with a real listener and waits until its address is shown, or it failed. */
async function begin(redirectUri: string, setting: LoginSetting = {}, options: LoginOptions = {}) {
  const world = loginWorld({ serve, ...setting });
  const result = run(login, { redirectUri, ...options }, world);
  cleanUps.push(
    () => world.interrupt.abort('SIGINT'),
    () => result,
  );
  const url = await Promise.race([world.url(), result.then(() => null)]);
  const state = url?.searchParams.get('state') ?? '';
  return { world, result, state };
}

/** What a browser sends; `state` and `code` as given. */
function visit(port: number, target: string, { host = '127.0.0.1', name = `localhost:${port}` } = {}) {
  return rawExchange(port, { host, pieces: [`GET ${target} HTTP/1.1\r\nHost: ${name}\r\n\r\n`] });
}

function occupy(port: number, host: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', reject);
    server.listen({ port, host, ipv6Only: host === '::1' }, () => {
      cleanUps.push(() => new Promise((done) => server.close(done)));
      resolve(server);
    });
  });
}

const isRefused = (port: number, host: string) =>
  dial(port, host).then(
    (socket) => {
      socket.destroy();
      return false;
    },
    (error: NodeJS.ErrnoException) => error.code === 'ECONNREFUSED',
  );

describe('the listener', () => {
  it.each([
    ['127.0.0.1', 'over IPv4'],
    ['::1', 'over IPv6, where localhost may resolve to that alone'],
  ])('completes a login through %s (%s)', async (host) => {
    const port = await freePort();
    const { result, state } = await begin(`http://localhost:${port}/callback`);
    const page = await visit(port, `/callback?code=c&state=${state}`, { host });
    expect(page.status).toBe(200);
    expect(page.body).toContain('Signed in');
    expect((await result).failure).toBeNull();
  });

  it.each([
    ['http://127.0.0.1:PORT/callback', '127.0.0.1', '::1'],
    ['http://[::1]:PORT/callback', '::1', '127.0.0.1'],
  ])('for %s listens on %s only', async (uri, bound, other) => {
    const port = await freePort();
    await begin(uri.replace('PORT', String(port)));
    expect(await isRefused(port, bound)).toBe(false);
    expect(await isRefused(port, other)).toBe(true);
  });

  it('is not reachable under the addresses this machine has on a network', async () => {
    const port = await freePort();
    await begin(`http://localhost:${port}/callback`);
    const outer = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter((address) => !address.internal && !address.address.startsWith('fe80'));
    for (const { address } of outer) expect(await isRefused(port, address)).toBe(true);
    // Loopback answers, so the refusals above are about the address.
    expect(await isRefused(port, '127.0.0.1')).toBe(false);
  });

  it.each(['127.0.0.1', '::1', '0.0.0.0', '::'])('refuses to start when the port is taken on %s', async (host) => {
    const port = await freePort();
    await occupy(port, host);
    const { result, world } = await begin(`http://localhost:${port}/callback`, { variables: { BROWSER: 'x' } });
    const { failure } = await result;
    expect(failure?.code).toBe('port_busy');
    expect(failure?.message).toMatch(new RegExp(`${port}.*IPv[46]`));
    expect(failure?.facts.hint).toContain('--redirect-uri');
    expect(world.opened).toEqual([]);
  });

  it('lets a second login fail at once while the first continues', async () => {
    const port = await freePort();
    const first = await begin(`http://localhost:${port}/callback`);
    const second = await begin(`http://localhost:${port}/callback`);
    expect((await second.result).failure?.code).toBe('port_busy');
    await visit(port, `/callback?code=c&state=${first.state}`);
    expect((await first.result).failure).toBeNull();
  });

  it('frees a half-bound port again', async () => {
    const port = await freePort();
    await occupy(port, '::1');
    await (await begin(`http://localhost:${port}/callback`)).result;
    expect(await isRefused(port, '127.0.0.1')).toBe(true);
  });
});

describe('the port is free again', () => {
  it.each<[string, (begun: Awaited<ReturnType<typeof begin>>, port: number) => unknown]>([
    ['after the login', ({ state }, port) => visit(port, `/callback?code=c&state=${state}`)],
    ['after a refusal', ({ state }, port) => visit(port, `/callback?error=access_denied&state=${state}`)],
    ['after the timeout', ({ world }) => world.clock.ring()],
    ['after Ctrl-C', ({ world }) => world.interrupt.abort('SIGINT')],
  ])('%s, although browsers hold silent connections', async (_when, end) => {
    const port = await freePort();
    const begun = await begin(`http://localhost:${port}/callback`);
    const silent = [await dial(port), await dial(port, '::1')];
    const closed = silent.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    for (const socket of silent) socket.on('error', () => undefined);
    await end(begun, port);
    await begun.result;
    await occupy(port, '127.0.0.1');
    await occupy(port, '::1');
    await Promise.all(closed);
  });
});

describe('on the wire', () => {
  it('every page carries its safety headers and closes its connection', async () => {
    const port = await freePort();
    const { state } = await begin(`http://localhost:${port}/callback`);
    const targets = ['/favicon.ico', '/callback?code=c&state=x', '//evil/callback', `/callback?code=c&state=${state}`];
    for (const target of targets) {
      const { head } = await visit(port, target);
      expect(head).toMatch(/\r\nContent-Type: text\/html; charset=utf-8/);
      expect(head).toMatch(/\r\nCache-Control: no-store/);
      expect(head).toMatch(/\r\nReferrer-Policy: no-referrer/);
      expect(head).toMatch(/\r\nX-Content-Type-Options: nosniff/);
      expect(head).toMatch(/\r\nX-Frame-Options: DENY/);
      expect(head).toMatch(
        /\r\nContent-Security-Policy: default-src 'none'; style-src 'sha256-[^']+'; frame-ancestors 'none'/,
      );
      expect(head.match(/\r\nConnection: close/g)).toHaveLength(1);
    }
  });

  it.each(['//evil/callback', '//:', 'http://localhost/callback'])(
    'the target %s is refused and the login goes on',
    async (target) => {
      const port = await freePort();
      const { state, result } = await begin(`http://localhost:${port}/callback`);
      expect((await visit(port, `${target}?code=c&state=${state}`)).status).toBe(400);
      expect((await visit(port, `/callback?code=c&state=${state}`)).status).toBe(200);
      expect((await result).failure).toBeNull();
    },
  );

  it('two Host lines are refused, although Node would take them', async () => {
    const port = await freePort();
    const { state } = await begin(`http://localhost:${port}/callback`);
    const host = `Host: localhost:${port}\r\n`;
    const pieces = [`GET /callback?code=c&state=${state} HTTP/1.1\r\n${host}${host}\r\n`];
    expect((await rawExchange(port, { pieces })).status).toBe(421);
  });

  it.each(['HEAD', 'POST', 'OPTIONS'])('a %s of the right address is not the answer', async (method) => {
    const port = await freePort();
    const { state, result } = await begin(`http://localhost:${port}/callback`);
    const pieces = [`${method} /callback?code=c&state=${state} HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`];
    expect((await rawExchange(port, { pieces })).status).toBe(405);
    expect((await visit(port, `/callback?code=c&state=${state}`)).status).toBe(200);
    expect((await result).failure).toBeNull();
  });

  it('a body is refused unread', async () => {
    const port = await freePort();
    const { state } = await begin(`http://localhost:${port}/callback`);
    const pieces = [
      `GET /callback?code=c&state=${state} HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Length: 5\r\n\r\n`,
    ];
    expect((await rawExchange(port, { pieces })).status).toBe(413);
  });

  it('several connections are served while one is silent and one is slow', async () => {
    const port = await freePort();
    const { state, result } = await begin(`http://localhost:${port}/callback`);
    const silent = await dial(port);
    const slow = await dial(port);
    slow.write('GET /call');
    cleanUps.push(
      () => silent.destroy(),
      () => slow.destroy(),
    );
    expect((await visit(port, '/favicon.ico')).status).toBe(404);
    expect((await visit(port, `/callback?code=c&state=${state}`)).status).toBe(200);
    expect((await result).failure).toBeNull();
  });

  it('of three good redirects at once one gets the page, and one code is exchanged', async () => {
    const port = await freePort();
    const { state, result, world } = await begin(`http://localhost:${port}/callback`);
    const target = `/callback?code=c&state=${state}`;
    const pages = await Promise.allSettled([visit(port, target), visit(port, target), visit(port, target)]);
    const statuses = pages.flatMap((page) => (page.status === 'fulfilled' ? [page.value.status] : []));
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.every((status) => status === 200 || status === 409)).toBe(true);
    expect((await result).failure).toBeNull();
    expect(world.exchanges).toHaveLength(1);
  });

  it('a tunnel is served under its own name and under localhost', async () => {
    const port = await freePort();
    const { state, result } = await begin('https://abc.tunnel.test/cb', {}, { port: String(port) });
    expect((await visit(port, `/cb?code=c&state=${state}`, { name: 'evil.test' })).status).toBe(421);
    expect((await visit(port, `/cb?code=c&state=${state}`, { name: 'abc.tunnel.test' })).status).toBe(200);
    expect((await result).failure).toBeNull();
  });

  it('a redirect with the cookies of every other port of localhost is taken', async () => {
    const port = await freePort();
    const { state, result } = await begin(`http://localhost:${port}/callback`);
    const cookies = Array.from({ length: 25 }, (_, index) => `port${index}=${'x'.repeat(4_000)}`).join('; ');
    const pieces = [
      `GET /callback?code=c&state=${state} HTTP/1.1\r\nHost: localhost:${port}\r\nCookie: ${cookies}\r\n\r\n`,
    ];
    expect((await rawExchange(port, { pieces })).status).toBe(200);
    expect((await result).failure).toBeNull();
  });

  it('a request that cannot be read is noted at the terminal, once, and the login continues', async () => {
    const port = await freePort();
    const { state, result, world } = await begin(`http://localhost:${port}/callback`);
    const head = `GET /callback?code=c&state=${state} HTTP/1.1\r\nHost: localhost:${port}\r\n`;
    for (const _time of [1, 2]) {
      const pieces = [`${head}Cookie: ${'x'.repeat(200_000)}\r\n\r\n`];
      expect((await rawExchange(port, { pieces })).status).toBe(431);
    }
    const noted = world.notices.filter((notice) => notice.includes('could not be read'));
    expect(noted).toEqual(['note: a request could not be read (request head over 128 KB); still waiting']);
    expect((await visit(port, `/callback?code=c&state=${state}`)).status).toBe(200);
    expect((await result).failure).toBeNull();
  });

  it('220 connections that never send a whole request do not keep the answer out', async () => {
    const port = await freePort();
    const { state, result } = await begin(`http://localhost:${port}/callback`);
    for (let index = 0; index < 220; index++) {
      const socket = await dial(port);
      socket.on('error', () => undefined);
      socket.write('GET /callback?');
      cleanUps.push(() => socket.destroy());
    }
    expect((await visit(port, `/callback?code=c&state=${state}`)).status).toBe(200);
    expect((await result).failure).toBeNull();
  });

  it('no web page can end a login: an error without a state is refused, and the login continues', async () => {
    const port = await freePort();
    const { state, result, world } = await begin(`http://localhost:${port}/callback`);
    const image = `Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: image\r\n`;
    const get = (extra: string) => [`GET /callback?error=x HTTP/1.1\r\nHost: localhost:${port}\r\n${extra}\r\n`];
    expect((await rawExchange(port, { pieces: get(image) })).status).toBe(403);
    expect((await rawExchange(port, { pieces: get('') })).status).toBe(400);
    expect(world.notices).toContain('note: an error without a state came; still waiting');
    expect((await visit(port, `/callback?code=c&state=${state}`)).status).toBe(200);
    expect((await result).failure).toBeNull();
  });
});
