import { describe, expect, it } from 'vitest';
import { strangerRefusal } from '../../../src/sandbox/server/host-guard.ts';
import { textOf } from '../../support/sandbox/client.ts';

const statusFor = (...hosts: readonly string[]) =>
  strangerRefusal({ headers: hosts.map((host) => ['Host', host] as const) })?.status ?? 'let in';

describe('the names a sandbox on loopback answers to', () => {
  it.each([
    ...['127.0.0.1:4010', '127.0.0.1', '127.8.9.1:1', '[::1]:4010', '192.168.1.20:4010', 'localhost:4010', 'LOCALHOST'],
    ...['localhost.:4010', 'app.localhost:4010', 'sandbox', 'sandbox:4010', 'host.docker.internal:4010'],
    ...['revento.test', 'auth.revento.example', 'laptop.local:4010', 'nas.home.arpa'],
  ])('lets %s in', (host) => {
    expect(statusFor(host)).toBe('let in');
  });

  it.each([
    ...[
      'evil.com',
      'evil.com:4010',
      'localhost.evil.com',
      '127.0.0.1.evil.com:4010',
      'evil.com.:4010',
      'a.localhost.co',
    ],
    ...[
      '',
      ' ',
      'evil.com:4010:4010',
      'a b',
      '127.0.0.1@evil.com',
      '[::1].evil.com',
      'xn--bcher-kva.com',
      '0x7f.0.0.1',
    ],
  ])('turns %j away', (host) => {
    expect(statusFor(host)).toBe(421);
  });

  it('rejects a request that names two hosts', () => {
    expect(statusFor('127.0.0.1:4010', 'evil.com')).toBe(421);
  });

  it('accepts HTTP/1.0 without a host, which no browser sends', () => {
    expect(statusFor()).toBe('let in');
  });

  it('says what to do, and does not repeat the name', () => {
    const refused = strangerRefusal({ headers: [['Host', 'evil.com']] });
    const text = refused === null ? '' : textOf(refused);
    expect(text).toContain('--host 0.0.0.0');
    expect(text).not.toContain('evil.com');
  });
});
