import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { selfSigned } from '../../support/http/certificate.ts';
import { ForwardProxy } from '../../support/http/forward-proxy.ts';
import { freePort } from '../../support/http/free-port.ts';
import { ProgramRig } from '../../support/program/program-rig.ts';

let rig: ProgramRig;
const closing: (() => unknown)[] = [];
beforeEach(() => {
  rig = new ProgramRig();
});
afterEach(async () => {
  await rig.close();
  for (const close of closing.splice(0)) await close();
});

const secret = randomBytes(16).toString('hex');

async function settings(base: string | null, extra: Record<string, string> = {}): Promise<Record<string, string>> {
  return {
    ...(base !== null && { REVENTO_AUTH_BASE: base }),
    REVENTO_CLIENT_ID: 'client_1',
    REVENTO_CLIENT_SECRET: secret,
    REVENTO_EVENT: 'evt_1',
    REVENTO_REDIRECT_URI: `http://localhost:${await freePort()}/callback`,
    ...extra,
  };
}

/** A server without a protocol: does what the test says with each connection, and keeps what was sent. */
async function rawServer(onConnect: (socket: Socket) => void) {
  const received: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => received.push(chunk));
    onConnect(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    text: () => Buffer.concat(received).toString('latin1'),
  };
}

/** Shows the address, so nothing has stopped it; it is ended there. */
async function expectToGoOn(env: Record<string, string>, flags: readonly string[] = []): Promise<string> {
  const running = rig.start(['login', '--no-browser', ...flags], { env });
  await running.until('stderr', /^Waiting for the redirect to /m);
  running.kill('SIGINT');
  const { code, stderr } = await running.ended;
  expect(code).toBe(130);
  return stderr;
}

describe('a login ends immediately, without asking for consent,', () => {
  const login = async (env: Record<string, string>) => {
    const { code, stdout, stderr } = await rig.run(['login', '--json'], { env });
    expect(stdout).toBe('');
    const lines = stderr.trimEnd().split('\n');
    expect(lines).toHaveLength(1);
    return { code, error: JSON.parse(lines[0] ?? '').error };
  };

  it.each([
    [null, 'auth.revento.example'],
    ['https://login.example/x', 'login.example'],
  ])('at the placeholder host %s, and says what to set', async (base, host) => {
    const { code, error } = await login(await settings(base));
    expect(code).toBe(2);
    expect(error).toMatchObject({ code: 'host_placeholder', message: expect.stringContaining(host) });
    expect(error.hint).toContain('REVENTO_AUTH_BASE');
    expect(error.hint).toContain('revento sandbox start');
  });

  it('at a host that no DNS knows', async () => {
    const { code, error } = await login(await settings('https://nohost.invalid'));
    expect(code).toBe(5);
    expect(error.message).toContain('host name not found (nohost.invalid:443)');
    expect(error.hint).toContain('revento config list');
  });

  it('where nobody listens', async () => {
    const { code, error } = await login(await settings(`http://127.0.0.1:${await freePort()}`));
    expect(code).toBe(5);
    expect(error.message).toContain('connection refused');
    expect(error.hint).toContain('revento sandbox start');
  });

  it('behind an unreachable proxy, which is named as the cause', async () => {
    const HTTPS_PROXY = `http://127.0.0.1:${await freePort()}`;
    const { code, error } = await login(await settings('https://auth.revento.test', { HTTPS_PROXY }));
    expect(code).toBe(5);
    expect(error.message).toContain('no connection through the proxy');
    expect(error.hint).toContain('HTTPS_PROXY');
  });
});

describe('a login continues', () => {
  it('at a server that takes the connection and says nothing', async () => {
    const { base } = await rawServer(() => undefined);
    expect(await expectToGoOn(await settings(base))).not.toContain('warning');
  });

  it('at a server that hangs up, or whose response is not valid HTTP', async () => {
    for (const answer of [null, 'HTTP/1.1 200 OK\n\n']) {
      const { base } = await rawServer((socket) => (answer === null ? socket.destroy() : socket.end(answer)));
      expect(await expectToGoOn(await settings(base))).not.toContain('warning');
    }
  });

  it('at a server of another protocol, with a warning', async () => {
    const { base } = await rawServer((socket) => socket.end('SSH-2.0-x\r\n'));
    expect(await expectToGoOn(await settings(base))).toMatch(/^warning: .*it speaks SSH/m);
  });

  it('at a server that answers with an error, which learns nothing about the login', async () => {
    const { base, text } = await rawServer((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n')),
    );
    expect(await expectToGoOn(await settings(base))).not.toContain('warning');
    expect(text()).toMatch(/^HEAD \/ HTTP\/1\.1\r\n/);
    for (const own of [secret, 'client_1', 'evt_1', 'state', 'challenge']) expect(text()).not.toContain(own);
  });

  it('at a server behind a proxy that refuses the tunnel, with a warning', async () => {
    const proxy = await ForwardProxy.start(await freePort());
    closing.push(() => proxy.close());
    proxy.credentials = `user:${randomBytes(8).toString('hex')}`;
    const stderr = await expectToGoOn(await settings('https://auth.revento.test', { HTTPS_PROXY: proxy.url }));
    expect(stderr).toMatch(/^warning: auth\.revento\.test could not be reached just now: .* answered 407/m);
  });

  it('at a server with an untrusted certificate, with a warning, without advice to wait longer', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'revento-reach-'));
    closing.push(() => rmSync(directory, { recursive: true, force: true }));
    const { key, cert } = selfSigned('localhost', directory);
    const server = createTlsServer({ key, cert }, (_request, response) => response.end());
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
    closing.push(() => server.close());
    const env = await settings(`https://localhost:${(server.address() as AddressInfo).port}`);
    const { code, stderr } = await rig.run(['login', '--no-browser', '--timeout', '300ms'], { env });
    expect(code).toBe(4);
    expect(stderr).toMatch(/^warning: localhost could not be reached just now: TLS handshake failed/m);
    expect(stderr).toMatch(/^hint: .*revento doctor/m);
    expect(stderr).not.toContain('wait longer');
  });
});
