import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readProxySettings } from '../../../src/http/proxy.ts';
import { createForwarder } from '../../../src/platform/http/forwarder.ts';
import { lookupLoopback } from '../../../src/platform/http/lookup.ts';
import type { Forwarder, HttpRequest } from '../../../src/ports/exchange.ts';
import { saying, serving } from '../../support/http/broken-servers.ts';
import { selfSigned } from '../../support/http/certificate.ts';
import { ForwardProxy } from '../../support/http/forward-proxy.ts';
import { freePort } from '../../support/http/free-port.ts';
import { closeHandlers, handler } from '../../support/webhook/handler.ts';

let forwarder: Forwarder | null = null;
afterEach(async () => {
  await forwarder?.close();
  await closeHandlers();
});

const post = (url: string, changes: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'POST',
  url,
  headers: [],
  body: Buffer.from('hello'),
  ...changes,
});

const resolveName = (name: string, options: { all?: boolean } = {}) =>
  new Promise<string | LookupAddress[]>((resolve, reject) => {
    lookupLoopback(name, options, (error, address) => (error === null ? resolve(address) : reject(error)));
  });

it('resolves a name of this machine, to one address or to all', async () => {
  expect(await resolveName('localhost')).toBe('127.0.0.1');
  expect(await resolveName('localhost', { all: true })).toEqual([
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ]);
});

// Some systems name one family for localhost and some the other, and so do servers.
it.each([
  ['127.0.0.1', false],
  ['::1', false],
  ['::1', true],
])(
  'finds a handler of localhost that listens on %s only (remote targets allowed: %s)',
  async (host, isRemoteAllowed) => {
    const target = await handler(undefined, host);
    forwarder = await createForwarder({ isRemoteAllowed });
    await expect(forwarder.exchange(post(`http://localhost:${target.port}/`))).resolves.toMatchObject({ status: 200 });
  },
);

it('says that nobody listens when neither family has a handler', async () => {
  forwarder = await createForwarder({});
  const nobody = post(`http://localhost:${await freePort()}/`);
  await expect(forwarder.exchange(nobody)).rejects.toMatchObject({ kind: 'refused', isUnsent: true });
});

it.each(['192.0.2.1', '169.254.169.254', 'fe80::1', '::ffff:10.0.0.1'])(
  'fails to resolve what is %s: the lookup of the connection is the check',
  async (address) => {
    await expect(resolveName(address)).rejects.toMatchObject({ code: 'REVENTO_NOT_LOOPBACK' });
    await expect(resolveName(address, { all: true })).rejects.toMatchObject({ code: 'REVENTO_NOT_LOOPBACK' });
  },
);

it.each(['http://192.0.2.1:9/', 'http://[fe80::1]:9/', 'http://[::ffff:10.0.0.1]:9/'])(
  'never connects to %s',
  async (url) => {
    forwarder = await createForwarder({});
    await expect(forwarder.exchange(post(url))).rejects.toMatchObject({ kind: 'not_loopback', isUnsent: true });
  },
);

it('connects beyond loopback when that is allowed', async () => {
  const target = await handler();
  forwarder = await createForwarder({ isRemoteAllowed: true });
  // Every address of this machine that is not loopback; the handler binds 127.0.0.1, so a refusal is a connection tried.
  await expect(forwarder.exchange(post(`http://0.0.0.0:${target.port}/`))).resolves.toMatchObject({ status: 200 });
});

describe('with a proxy in the environment', () => {
  const nobody = async () => readProxySettings({ HTTP_PROXY: `http://127.0.0.1:${await freePort()}` });

  it.each(['127.0.0.1', 'localhost', 'app.localhost', '0.0.0.0', '2130706433'])('reaches %s directly', async (host) => {
    const target = await handler();
    forwarder = await createForwarder({ isRemoteAllowed: true }, await nobody());
    await expect(forwarder.exchange(post(`http://${host}:${target.port}/`))).resolves.toMatchObject({ status: 200 });
  });

  it('reaches a name that resolves to this machine directly', async () => {
    const target = await handler();
    forwarder = await createForwarder({ isRemoteAllowed: true }, await nobody());
    // What the system's own host file calls this machine; where it does not, the name is not loopback either way.
    const outcome = forwarder.exchange(post(`http://${await ownName()}:${target.port}/`));
    await expect(outcome).resolves.toMatchObject({ status: 200 });
  });

  it('reaches other hosts through it', async () => {
    const target = await handler();
    const proxy = await ForwardProxy.start(target.port);
    forwarder = await createForwarder({ isRemoteAllowed: true }, readProxySettings({ HTTP_PROXY: proxy.url }));
    try {
      await expect(forwarder.exchange(post('http://staging.test/hook'))).resolves.toMatchObject({ status: 200 });
      expect(proxy.tunnels.map(({ target }) => target)).toEqual(['staging.test:80']);
    } finally {
      proxy.close();
    }
  });

  it('names the proxy that is not there', async () => {
    const port = await freePort();
    const settings = readProxySettings({ HTTP_PROXY: `http://user:p4ssword@127.0.0.1:${port}` });
    forwarder = await createForwarder({ isRemoteAllowed: true }, settings);
    await expect(forwarder.exchange(post('http://staging.test/hook'))).rejects.toMatchObject({
      kind: 'proxy',
      isUnsent: true,
      message: `no connection through the proxy (staging.test:80): 127.0.0.1:${port} refused the connection`,
    });
  });

  it('names the answer of the proxy that opens no tunnel', async () => {
    const proxy = await ForwardProxy.start(await freePort());
    proxy.credentials = 'user:password';
    forwarder = await createForwarder({ isRemoteAllowed: true }, readProxySettings({ HTTP_PROXY: proxy.url }));
    try {
      await expect(forwarder.exchange(post('http://staging.test/hook'))).rejects.toMatchObject({
        message: `no connection through the proxy (staging.test:80): 127.0.0.1:${proxy.port} answered 407`,
      });
    } finally {
      proxy.close();
    }
  });

  it.each([
    ['closes at once', ''],
    ['is not a proxy', 'SSH-2.0-x\r\n'],
  ])('names the proxy that %s', async (_name, answer) => {
    await serving(saying(answer), async (port) => {
      const settings = readProxySettings({ HTTP_PROXY: `http://127.0.0.1:${port}` });
      forwarder = await createForwarder({ isRemoteAllowed: true }, settings);
      // undici connects again and again to one that closes at once: the limit ends that.
      await expect(forwarder.exchange(post('http://staging.test/hook', { timeoutMs: 1_000 }))).rejects.toMatchObject({
        kind: 'proxy',
        message: expect.stringContaining(`127.0.0.1:${port} `),
      });
    });
  });
});

/** A name other than localhost that the system resolves to 127.0.0.1 alone; `localhost.` where there is none. */
async function ownName(): Promise<string> {
  const hosts = await readFile('/etc/hosts', 'utf8').catch(() => '');
  for (const [, name] of hosts.matchAll(/^127\.0\.0\.1\s+(?:\S+\s+)*?((?!localhost)[a-z][\w.-]*)/gim)) {
    if (name === undefined) continue;
    const found = await lookup(name, { all: true }).catch(() => []);
    if (found.length > 0 && found.every(({ address }) => address === '127.0.0.1')) return name;
  }
  return 'localhost.';
}

it('keeps connections, many at once', async () => {
  const target = await handler();
  forwarder = await createForwarder({ maxConnections: 4 });
  const { exchange } = forwarder;
  const answers = await Promise.all(Array.from({ length: 50 }, () => exchange(post(target.url))));
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  expect(target.got).toHaveLength(50);
});

it('sends a dripping body whole', async () => {
  const target = await handler();
  forwarder = await createForwarder({});
  const body = Buffer.from('0123456789');
  await forwarder.exchange(post(target.url, { body, drip: { bytes: 3, pauseMs: 1 } }));
  expect(target.got[0]?.body.toString()).toBe('0123456789');
});

it('fails what is under way when it is closed', async () => {
  const target = await handler(() => new Promise(() => undefined));
  const { exchange, close } = await createForwarder({});
  const answer = exchange(post(target.url));
  const outcome = expect(answer).rejects.toMatchObject({ name: 'HttpFailure' });
  await target.received(1);
  await close();
  await outcome;
});

describe('an https target with an untrusted certificate', () => {
  let folder: string;
  let server: Server;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'revento-forwarder-'));
    const { key, cert } = selfSigned('somebody.else', folder);
    server = createServer({ key, cert }, (_request, response) => response.end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(async () => {
    server.close();
    await rm(folder, { recursive: true, force: true });
  });
  const url = () => `https://localhost:${(server.address() as AddressInfo).port}/`;

  it('gets nothing', async () => {
    forwarder = await createForwarder({});
    await expect(forwarder.exchange(post(url()))).rejects.toMatchObject({ kind: 'tls', isUnsent: true });
  });

  it('is accepted when certificates are ignored', async () => {
    forwarder = await createForwarder({ isCertificateIgnored: true });
    await expect(forwarder.exchange(post(url()))).resolves.toMatchObject({ status: 200 });
  });
});

it('never sends what it has given up, although its turn on the connection comes later', async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const target = await handler(() => held.then(() => ({})));
  forwarder = await createForwarder({ maxConnections: 1 });
  const { exchange } = forwarder;
  const first = exchange(post(target.url, { body: Buffer.from('first') }));
  await target.received(1);
  const second = exchange(post(target.url, { body: Buffer.from('second'), timeoutMs: 20 }));
  await expect(second).rejects.toMatchObject({ kind: 'connect_timeout', isUnsent: true });
  const third = exchange(post(target.url, { body: Buffer.from('third') }));
  release();
  expect(await Promise.all([first, third])).toMatchObject([{ status: 200 }, { status: 200 }]);
  // The third was queued after the second, so the second has been handled.
  expect(target.got.map(({ body }) => body.toString())).toEqual(['first', 'third']);
});
