import { expect, it } from 'vitest';
import { proxyFor, readProxySettings } from '../../src/http/proxy.ts';

const through = (url: string, env: Readonly<Record<string, string>>) =>
  proxyFor(new URL(url), readProxySettings(env))?.href ?? null;
const proxied = (url: string, noProxy: string) =>
  through(url, { HTTPS_PROXY: 'http://proxy.test:3128', NO_PROXY: noProxy }) !== null;

it.each<[string, Record<string, string>, string | null]>([
  ['https://api.test/', {}, null],
  ['https://api.test/', { HTTPS_PROXY: 'http://a.test:1' }, 'http://a.test:1/'],
  ['https://api.test/', { HTTPS_PROXY: 'a.test:1' }, 'http://a.test:1/'],
  ['https://api.test/', { HTTPS_PROXY: 'user:pass@a.test:1' }, 'http://user:pass@a.test:1/'],
  ['https://api.test/', { HTTPS_PROXY: 'localhost:3128' }, 'http://localhost:3128/'],
  ['https://api.test/', { HTTPS_PROXY: 'https://a.test' }, 'https://a.test/'],
  ['https://api.test/', { HTTP_PROXY: 'http://a.test:1' }, 'http://a.test:1/'],
  ['https://api.test/', { HTTPS_PROXY: 'http://a.test:1', https_proxy: 'http://b.test:1' }, 'http://b.test:1/'],
  ['https://api.test/', { HTTPS_PROXY: 'http://a.test:1', https_proxy: '' }, null],
  ['http://api.test/', { HTTPS_PROXY: 'http://a.test:1' }, null],
  ['https://localhost:1/', { HTTPS_PROXY: 'http://a.test:1' }, null],
])('reaches %s with %j through %s', (url, env, proxy) => {
  expect(through(url, env)).toBe(proxy);
});

it.each([
  ['https://api.test/', '*'],
  ['https://api.test/', 'other.test, API.test'],
  ['https://a.api.test/', 'api.test'],
  ['https://a.api.test/', '.api.test'],
  ['https://a.api.test/', '*.api.test'],
  ['https://api.test/', 'api.test:443'],
  ['https://[2001:db8::1]/', '[2001:db8::1]'],
  ['https://[2001:db8::1]/', '2001:db8::1'],
])('goes straight to %s with NO_PROXY=%s', (url, noProxy) => {
  expect(proxied(url, noProxy)).toBe(false);
});

it.each([
  ['https://api.test/', ''],
  ['https://api.test/', 'other.test'],
  ['https://notapi.test/', 'api.test'],
  ['https://api.test/', 'a.api.test'],
  ['https://api.test/', 'api.test:8443'],
  ['https://api.test/', ', ,'],
])('goes through the proxy to %s with NO_PROXY=%s', (url, noProxy) => {
  expect(proxied(url, noProxy)).toBe(true);
});
