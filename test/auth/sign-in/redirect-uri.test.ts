import { describe, expect, it } from 'vitest';
import { checkRedirectUri } from '../../../src/auth/sign-in/redirect-uri.ts';

describe('a redirect URI of this machine', () => {
  it.each([
    ['http://localhost:3000/callback', 'localhost', 3000, '/callback'],
    ['http://127.0.0.1:3000/callback', '127.0.0.1', 3000, '/callback'],
    ['http://[::1]:3000/callback', '::1', 3000, '/callback'],
    ['http://localhost:3000', 'localhost', 3000, '/'],
    ['http://localhost/callback', 'localhost', 80, '/callback'],
    ['http://localhost:3000/cb?tenant=7', 'localhost', 3000, '/cb'],
    ['HTTP://LOCALHOST:3000/CallBack', 'localhost', 3000, '/CallBack'],
    ['http://localhost:3000/a/../b', 'localhost', 3000, '/b'],
  ])('%s is listened for on %s port %i, path %s', (uri, listenHost, listenPort, path) => {
    expect(checkRedirectUri(uri, undefined)).toMatchObject({ isLoopback: true, listenHost, listenPort, path });
  });

  it.each([
    'http://localhost:3000',
    'HTTP://LocalHost:3000/CB',
    'https://tunnel.test:443/cb',
    'http://localhost:3000/a/../b',
    'http://localhost:3000/callback?b=2&a=1',
  ])('%s stays as it is, byte for byte', (uri) => {
    expect(checkRedirectUri(uri, uri.startsWith('https') ? 3000 : undefined).uri).toBe(uri);
  });

  it('may be met under any of the three loopback names and under its own', () => {
    expect(checkRedirectUri('http://localhost:3000/callback', undefined).hosts).toEqual(
      new Set(['localhost:3000', '127.0.0.1:3000', '[::1]:3000']),
    );
  });

  it('on port 80 may be met with and without the port', () => {
    const { hosts } = checkRedirectUri('http://localhost/callback', undefined);
    expect(hosts).toContain('localhost');
    expect(hosts).toContain('localhost:80');
  });

  it('takes --port when it says the same', () => {
    expect(checkRedirectUri('http://localhost:3000/callback', 3000).listenPort).toBe(3000);
  });

  it('refuses --port when it says another one, instead of listening where no browser will come', () => {
    expect(() => checkRedirectUri('http://localhost:3000/callback', 4000)).toThrow(
      expect.objectContaining({ code: 'usage', message: expect.stringContaining('--port 4000') }),
    );
  });
});

describe('a redirect URI of a tunnel', () => {
  it('is listened for on loopback, at the port that was named', () => {
    expect(checkRedirectUri('https://abc.tunnel.test/cb', 3456)).toMatchObject({
      isLoopback: false,
      listenHost: 'localhost',
      listenPort: 3456,
      path: '/cb',
    });
  });

  it('may be met under the name of the tunnel and under those of this machine', () => {
    expect(checkRedirectUri('https://abc.tunnel.test/cb', 3456).hosts).toEqual(
      new Set(['abc.tunnel.test', 'abc.tunnel.test:443', 'localhost:3456', '127.0.0.1:3456', '[::1]:3456']),
    );
  });

  it('needs --port, and says so', () => {
    expect(() => checkRedirectUri('https://abc.tunnel.test/cb', undefined)).toThrow(
      expect.objectContaining({ code: 'usage', message: expect.stringContaining('--port is needed') }),
    );
  });

  it('is treated alike when it is https on localhost: something else ends the TLS', () => {
    expect(checkRedirectUri('https://localhost:8443/cb', 3000)).toMatchObject({ isLoopback: false, listenPort: 3000 });
  });
});

describe('before anything opens it refuses', () => {
  it.each([
    ['a fragment', 'http://localhost:3000/callback#x'],
    ['an empty fragment', 'http://localhost:3000/callback#'],
    ['a user name', 'http://me@localhost:3000/callback'],
    ['an empty user name', 'http://@localhost:3000/callback'],
    ['plain http beyond loopback', 'http://app.test/callback'],
    ['a name that only looks like loopback', 'http://localhost.evil.test/callback'],
    ['a custom scheme', 'revento://callback'],
    ['a script', 'javascript:alert(1)'],
    ['a file', 'file:///etc/passwd'],
    ['a relative path', '/callback'],
    ['an empty string', ''],
    ['a space in front', ' http://localhost:3000/callback'],
    ['a line feed behind', 'http://localhost:3000/callback\n'],
    ['a tab inside', 'http://local\thost:3000/callback'],
    ['backslashes', 'http:\\\\localhost:3000\\callback'],
    ['letters beyond ASCII', 'http://localhost:3000/rückruf'],
    ['port 0', 'http://localhost:0/callback'],
    ['a port beyond 65535', 'http://localhost:70000/callback'],
    ['a query that holds a code already', 'http://localhost:3000/callback?code=1'],
    ['a query that holds a state already', 'http://localhost:3000/callback?state=1'],
  ])('%s', (_what, uri) => {
    expect(() => checkRedirectUri(uri, undefined)).toThrow(expect.objectContaining({ code: 'usage' }));
  });

  it('never prints a password that was put into it', () => {
    expect(() => checkRedirectUri('http://me:hunter2@localhost:3000/callback', undefined)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
    );
  });
});
