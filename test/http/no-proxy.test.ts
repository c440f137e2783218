import { expect, it } from 'vitest';
import { isExcepted } from '../../src/http/no-proxy.ts';

it.each([
  ['http://10.9.9.9:8080/', '10.0.0.0/8'],
  ['http://10.9.9.9:8080/', 'other.test, 10.0.0.0/8'],
  ['http://192.168.1.7/', '192.168.1.7/32'],
  ['http://8.8.8.8/', '0.0.0.0/0'],
  ['http://[2001:db8::17]/', '2001:db8::/32'],
  ['http://[2001:db8::17]/', '[2001:db8::]/32'],
  ['http://[2001:db8::1]/', '2001:0db8:0000:0000:0000:0000:0000:0001'],
  ['http://[2001:db8::1]/', '[2001:0db8:0:0:0:0:0:1]'],
  ['http://[2001:db8::1]:8080/', '[2001:0db8:0:0:0:0:0:1]:8080'],
  ['http://[2001:DB8::1]/', '2001:db8::1'],
  ['http://10.1.2.3/', '10.1.2.3'],
  ['http://api.test./', 'api.test'],
  ['http://a.api.test/', 'API.test.'],
])('excepts %s by %s', (url, noProxy) => {
  expect(isExcepted(new URL(url), noProxy)).toBe(true);
});

it.each([
  ['http://11.0.0.1/', '10.0.0.0/8'],
  ['http://10.9.9.9/', '10.0.0.0/33'],
  ['http://10.9.9.9/', '10.0.0.0/'],
  ['http://10.9.9.9/', '10.0.0/8'],
  ['http://10.9.9.9/', '/8'],
  ['http://10.9.9.9/', '2001:db8::/32'],
  ['http://[2001:db9::1]/', '2001:db8::/32'],
  ['http://[2001:db8::1]/', '[2001:db8::1]:8080'],
  ['http://[2001:db8::2]/', '2001:0db8:0:0:0:0:0:1'],
  ['http://10.0.0.0.evil.test/', '10.0.0.0/8'],
  ['http://x10.1.2.3.test/', '10.1.2.3'],
  ['http://api.test/', '10.0.0.0/8'],
])('does not except %s by %s', (url, noProxy) => {
  expect(isExcepted(new URL(url), noProxy)).toBe(false);
});
