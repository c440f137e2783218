import { describe, expect, it } from 'vitest';
import { isLoopback, isLoopbackAddress, isThisMachine } from '../../src/http/this-machine.ts';

/** A host as URLs have it: the WHATWG parser makes one spelling of many. */
const hostOf = (text: string) => new URL(`http://${text}/`).hostname;

describe('this machine', () => {
  it.each([
    'localhost',
    'LOCALHOST',
    'localhost.',
    'app.localhost',
    'a.b.localhost.',
    '127.0.0.1',
    '127.255.255.254',
    '127.1',
    '2130706433',
    '0x7f.1',
    '0x7f000001',
    '017700000001',
    '127.0.0.1.',
    '[::1]',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '0.0.0.0',
    '0',
    '[::]',
    '[0:0:0:0:0:0:0:0]',
    '[::ffff:0.0.0.0]',
  ])('is %s', (text) => {
    expect(isThisMachine(hostOf(text))).toBe(true);
  });

  it.each([
    '10.0.0.1',
    '128.0.0.1',
    '169.254.169.254',
    '[fe80::1]',
    '[::2]',
    '[::ffff:10.0.0.1]',
    '[::ffff:a9fe:a9fe]',
    'localhost.evil.test',
    'notlocalhost',
    '127.0.0.1.evil.test',
    'myapp.test',
  ])('is not %s', (text) => {
    expect(isThisMachine(hostOf(text))).toBe(false);
  });

  it('is not an empty name', () => {
    expect(isThisMachine('')).toBe(false);
  });
});

describe('loopback addresses', () => {
  it.each(['127.0.0.1', '127.255.255.254', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1', '::ffff:7f00:1'])(
    '%s is one',
    (address) => {
      expect(isLoopbackAddress(address)).toBe(true);
    },
  );

  it.each(['0.0.0.0', '::', '10.0.0.1', '128.0.0.1', 'fe80::1', '::ffff:10.0.0.1', 'localhost', ''])(
    '%s is not',
    (address) => {
      expect(isLoopbackAddress(address)).toBe(false);
    },
  );
});

// Secrets travel in the clear to these alone: a resolver may send a name below .localhost elsewhere.
it.each([
  ['localhost', true],
  ['127.0.0.1', true],
  ['[::1]', true],
  ['app.localhost', false],
  ['0.0.0.0', false],
  ['127.0.0.1.evil.test', false],
])('%s may carry secrets in the clear: %s', (host, isSafe) => {
  expect(isLoopback(host)).toBe(isSafe);
});
