import { BlockList, isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLoopback, isLoopbackAddress, isThisMachine, isUnspecifiedAddress } from '../../src/http/this-machine.ts';

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

describe('addresses of this machine in any spelling', () => {
  const parts = '127 0 00 1 255 256 ::1 :: ::ffff: ffff : 7f00 7F %lo . 0.0.0.0 127.0.0.1 [ ] / g 8 :0:0'.split(' ');
  const address = fc.array(fc.constantFrom(...parts), { maxLength: 7 }).map((some) => some.join(''));

  it.each([
    ['loopback', isLoopbackAddress, ['127.0.0.0/8', '::1/128']],
    ['unspecified', isUnspecifiedAddress, ['0.0.0.0/32', '::/128']],
  ] as const)('are %s where node:net takes them for it', (_kind, judge, networks) => {
    const list = new BlockList();
    for (const network of networks) {
      const [net = '', prefix] = network.split('/');
      list.addSubnet(net, Number(prefix), isIP(net) === 4 ? 'ipv4' : 'ipv6');
    }
    const expected = (text: string) => isIP(text) !== 0 && list.check(text, isIP(text) === 4 ? 'ipv4' : 'ipv6');
    fc.assert(
      fc.property(address, (text) => judge(text) === expected(text)),
      { numRuns: 5_000 },
    );
  });
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
