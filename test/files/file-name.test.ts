import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFileName, requireFileName, requireProfileName } from '../../src/files/file-name.ts';

describe('names that become file names', () => {
  it.each(['default', 'evt_test_published', 'a', '.hidden', '...', 'A-b.C_9', 'x'.repeat(64)])('takes %s', (name) => {
    expect(isFileName(name)).toBe(true);
  });

  it.each(['', '.', '..', '../x', 'a/b', 'a\\b', 'a b', 'a\n', 'é', 'a\0', 'C:', 'x'.repeat(65)])(
    'refuses %j',
    (name) => {
      expect(isFileName(name)).toBe(false);
    },
  );

  it('never lets a separator through', () => {
    fc.assert(fc.property(fc.string(), (text) => !isFileName(text) || !/[/\\\0:]/.test(text)));
  });
});

describe('a refused name', () => {
  it('says what it is a name of and what is allowed', () => {
    expect(() => requireFileName('profile', '../etc')).toThrow(
      'profile "../etc" is not a valid name: 1 to 64 of A-Z a-z 0-9 _ . - and neither "." nor ".."',
    );
  });

  it('is given back unchanged when it is fine', () => {
    expect(requireFileName('event', 'evt_test_published')).toBe('evt_test_published');
  });
});

describe('the name of a profile', () => {
  it.each(['con', 'CON', 'nul.old', 'Aux', 'prn', 'com1', 'LPT9.x', 'prod.'])('cannot be %s on Windows', (name) => {
    expect(() => requireProfileName(name, 'win32')).toThrow('is not a valid name on Windows');
    expect(requireProfileName(name, 'linux')).toBe(name);
  });

  it.each(['console', 'com', 'com10', 'my.con', '.nul', 'con-1', 'prod.eu'])('can be %s on Windows', (name) => {
    expect(requireProfileName(name, 'win32')).toBe(name);
  });
});
