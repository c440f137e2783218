import { describe, expect, it } from 'vitest';
import { isSelf, parseRoute, routesFor } from '../../src/webhook/targets.ts';

const local = { isRemoteAllowed: false };

describe('a target', () => {
  it.each([
    ['', 'http://localhost:3000/webhooks/revento', null],
    ['8080', 'http://localhost:8080/webhooks/revento', null],
    ['http://localhost:3000', 'http://localhost:3000/', null],
    ['http://127.0.0.1:3000/a/b?c=1&d=2#e', 'http://127.0.0.1:3000/a/b?c=1&d=2', null],
    ['localhost:4000/hook', 'http://localhost:4000/hook', null],
    ['http://[::1]:3000/', 'http://[::1]:3000/', null],
    ['application.approved=3001', 'http://localhost:3001/webhooks/revento', 'application.approved'],
    ['application.*=http://localhost/x?y=z', 'http://localhost/x?y=z', 'application.*'],
    ['http://localhost/x?activity.updated=1&b=2', 'http://localhost/x?activity.updated=1&b=2', null],
  ])('%j is read', (value, url, type) => {
    expect(parseRoute(value, local)).toMatchObject({ url, type });
  });

  it.each([
    '0',
    '65536',
    'ftp://localhost/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'http://',
    '://',
    'http://u@localhost/',
    'http://:p@localhost/',
    'a b',
  ])('%j is refused', (value) => {
    expect(() => parseRoute(value, { isRemoteAllowed: true })).toThrow(expect.objectContaining({ code: 'usage' }));
  });

  it('beyond this machine needs --allow-remote', () => {
    expect(() => parseRoute('http://192.0.2.1/', local)).toThrow('is not on this machine');
    expect(parseRoute('http://192.0.2.1/', { isRemoteAllowed: true }).url).toBe('http://192.0.2.1/');
  });

  it('in another notation of a loopback address is that address', () => {
    expect(parseRoute('http://0x7f.1/', local).url).toBe('http://127.0.0.1/');
    expect(() => parseRoute('http://2852039166/', local)).toThrow('169.254.169.254');
  });
});

describe('routing', () => {
  const routes = [
    parseRoute('3000', local),
    parseRoute('application.approved=3001', local),
    parseRoute('participant.*=3002', local),
  ];
  const portsFor = (type: string | null) => routesFor(routes, type).map(({ url }) => Number(new URL(url).port));

  it.each([
    ['application.approved', [3001]],
    ['application.rejected', [3000]],
    ['participant.registered', [3002]],
    [null, [3000]],
  ])('%s goes to %j', (type, ports) => {
    expect(portsFor(type)).toEqual(ports);
  });
});

describe('the listener itself', () => {
  const listener = { host: 'localhost', port: 4400 };
  it.each([
    'http://localhost:4400/',
    'http://127.0.0.1:4400/other',
    'http://127.0.0.2:4400/',
    'http://[::1]:4400/',
    'http://x.localhost:4400/',
  ])('is recognized in %s', (url) => {
    expect(isSelf(url, listener)).toBe(true);
  });
  it.each(['http://localhost:4401/', 'http://192.0.2.1:4400/', 'http://localhost/'])('is not %s', (url) => {
    expect(isSelf(url, listener)).toBe(false);
  });
});
