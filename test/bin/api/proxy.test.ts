import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createPlainServer } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Certificate, selfSigned } from '../../support/http/certificate.ts';
import { ForwardProxy } from '../../support/http/forward-proxy.ts';
import { freePort } from '../../support/http/free-port.ts';
import { ProgramRig } from '../../support/program/program-rig.ts';

/** A host that is not in DNS: requests that reach it went through the proxy. */
const host = 'api.revento.test';
const token = `rev_install_${randomBytes(16).toString('hex')}`;
const page = JSON.stringify({ data: [{ id: 'ptp_1' }], next_cursor: null, has_more: false });

let directory = '';
let certificate: Certificate;
let api: Server;
let rig: ProgramRig;
let proxy: ForwardProxy;
const authorizations: (string | undefined)[] = [];

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'revento-tls-'));
  certificate = selfSigned(host, directory);
  api = createServer({ key: certificate.key, cert: certificate.cert }, (request, response) => {
    authorizations.push(request.headers.authorization);
    response.end(page);
  });
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  api.closeAllConnections();
  api.close();
  rmSync(directory, { recursive: true, force: true });
});
beforeEach(async () => {
  authorizations.length = 0;
  rig = new ProgramRig();
  proxy = await ForwardProxy.start((api.address() as AddressInfo).port);
});
afterEach(async () => {
  proxy.close();
  await rig.close();
});

function list(env: Readonly<Record<string, string>>, args: readonly string[] = []) {
  const access = { REVENTO_API_BASE: `https://${host}/api/v1`, REVENTO_ACCESS_TOKEN: token, REVENTO_EVENT: 'evt_1' };
  return rig.run(['participants', 'list', '-o', 'ndjson', ...args], { env: { ...access, ...env } });
}
const trusted = () => ({ NODE_EXTRA_CA_CERTS: certificate.certFile });

it.each(['HTTPS_PROXY', 'https_proxy'])(
  'goes through the proxy of %s, which never sees the token',
  async (variable) => {
    const { code, stdout, stderr } = await list({ ...trusted(), [variable]: proxy.url });
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '{"id":"ptp_1"}\n', stderr: '' });
    expect(proxy.tunnels.map(({ target }) => target)).toEqual([`${host}:443`]);
    expect(JSON.stringify(proxy.tunnels)).not.toContain(token);
    expect(authorizations).toEqual([`Bearer ${token}`]);
  },
);

it('gives the proxy the name and password of its URL, and shows them nowhere', async () => {
  const password = randomBytes(12).toString('hex');
  proxy.credentials = `user:${password}`;
  const HTTPS_PROXY = `http://user:${password}@127.0.0.1:${proxy.port}`;
  const { code, stderr } = await list({ ...trusted(), HTTPS_PROXY }, ['--debug']);
  expect(code).toBe(0);
  expect(stderr).not.toContain(password);
  expect(stderr).not.toContain(Buffer.from(`user:${password}`).toString('base64'));
});

it('says so when the proxy refuses', async () => {
  proxy.credentials = `user:${randomBytes(12).toString('hex')}`;
  const { code, stdout, stderr } = await list({ ...trusted(), HTTPS_PROXY: proxy.url });
  expect(code).not.toBe(0);
  expect(stdout).toBe('');
  expect(stderr).toContain(
    `no connection through the proxy (api.revento.test:443): 127.0.0.1:${proxy.port} answered 407`,
  );
  expect(authorizations).toEqual([]);
});

it('ends with 5 when the proxy is not there', async () => {
  const { code, stderr } = await list({ ...trusted(), HTTPS_PROXY: `http://127.0.0.1:${await freePort()}` });
  expect(code).toBe(5);
  expect(stderr).toMatch(/no connection through the proxy .*refused the connection/);
});

it('goes past the proxy for hosts of NO_PROXY', async () => {
  const { code, stderr } = await list({ ...trusted(), HTTPS_PROXY: proxy.url, NO_PROXY: `other.test,${host}` });
  // Nobody knows the host without the proxy.
  expect(code).toBe(5);
  expect(stderr).toContain(`host name not found (${host}:443)`);
  expect(stderr).not.toContain('proxy');
  expect(proxy.tunnels).toEqual([]);
});

it('takes a proxy without a scheme as an http one, as curl does', async () => {
  const HTTPS_PROXY = `127.0.0.1:${proxy.port}`;
  expect(await list({ ...trusted(), HTTPS_PROXY })).toMatchObject({ code: 0, stdout: '{"id":"ptp_1"}\n', stderr: '' });
  expect(proxy.tunnels).toHaveLength(1);
});

it.each(['ftp://user:PASSWORD@proxy.test', 'http://', 'http://us%er:PASSWORD@proxy.test:3128'])(
  'refuses %s as a proxy before it sends anything, and shows no password',
  async (value) => {
    const password = randomBytes(12).toString('hex');
    const { code, stderr } = await list({ ...trusted(), HTTPS_PROXY: value.replace('PASSWORD', password) });
    expect(code).toBe(2);
    expect(JSON.parse(stderr).error).toMatchObject({
      message: 'HTTPS_PROXY is not the URL of an http or https proxy.',
      hint: expect.stringContaining('set HTTPS_PROXY to a URL such as http://'),
    });
    expect(stderr).not.toContain(password);
  },
);

it('tries again when the proxy cuts the tunnel', async () => {
  proxy.cuts.push(0);
  const { code, stdout } = await list({ ...trusted(), HTTPS_PROXY: proxy.url });
  expect({ code, stdout }).toEqual({ code: 0, stdout: '{"id":"ptp_1"}\n' });
  expect(proxy.tunnels).toHaveLength(2);
});

it('does not trust an unknown certificate, and says how to trust it', async () => {
  const { code, stdout, stderr } = await list({ HTTPS_PROXY: proxy.url });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain('NODE_EXTRA_CA_CERTS');
  expect(authorizations).toEqual([]);
});

it('does not trust a certificate of another host', async () => {
  const { code } = await list({
    ...trusted(),
    HTTPS_PROXY: proxy.url,
    REVENTO_API_BASE: 'https://other.revento.test/api/v1',
  });
  expect(code).toBe(1);
  expect(authorizations).toEqual([]);
});

it('reaches this machine directly, whatever the proxy settings say', async () => {
  const local = createPlainServer((_request, response) => response.end(page));
  await new Promise<void>((resolve) => local.listen(0, '127.0.0.1', resolve));
  const REVENTO_API_BASE = `http://127.0.0.1:${(local.address() as AddressInfo).port}`;
  const { code } = await list({ HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url, REVENTO_API_BASE });
  local.closeAllConnections();
  local.close();
  expect(code).toBe(0);
  expect(proxy.tunnels).toEqual([]);
});

it('takes a server with a certificate of its own, once it is vouched for', async () => {
  const own = mkdtempSync(join(tmpdir(), 'revento-tls-'));
  const { key, cert, certFile } = selfSigned('localhost', own);
  const server = createServer({ key, cert }, (_request, response) => response.end(page));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const REVENTO_API_BASE = `https://localhost:${(server.address() as AddressInfo).port}`;
  const refused = await list({ REVENTO_API_BASE });
  const taken = await list({ REVENTO_API_BASE, NODE_EXTRA_CA_CERTS: certFile });
  server.closeAllConnections();
  server.close();
  rmSync(own, { recursive: true });
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('NODE_EXTRA_CA_CERTS');
  expect({ code: taken.code, stdout: taken.stdout }).toEqual({ code: 0, stdout: '{"id":"ptp_1"}\n' });
});

it('never sends the token in the clear to another machine', async () => {
  const { code, stderr } = await list({ HTTP_PROXY: proxy.url, REVENTO_API_BASE: `http://${host}/api/v1` });
  expect(code).toBe(2);
  expect(stderr).toContain('https');
  expect(proxy.tunnels).toEqual([]);
});
