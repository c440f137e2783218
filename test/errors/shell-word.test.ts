import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { hintOf, ReventoError } from '../../src/errors/revento-error.ts';
import { shellWord } from '../../src/errors/shell-word.ts';

/** What a shell makes of a command line: its words, each ended by NUL. */
const wordsInShell = (line: string) => execFileSync('sh', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' });

describe('a word of a command', () => {
  it.each([
    '/home/me/.config/revento/key',
    '/Users/me/Library/Application Support/revento/key',
    "/tmp/it's/key",
    'eyJpZCI6NX0=',
    '~root/key',
    '$(touch /tmp/owned)',
    '`id`; "x" & |',
    'a*b?[c]{d,e}\\f#!',
    '',
  ])('reaches the program as it is: %j', (text) => {
    expect(wordsInShell(shellWord(text, 'linux'))).toBe(`${text}\0`);
  });

  it.each(['/home/me/.config/revento/key', 'eyJpZCI6NX0=', 'evt_1:7', 'https://a.test:81/callback'])(
    'is not quoted without need: %s',
    (text) => expect(shellWord(text, 'linux')).toBe(text),
  );

  it.each([
    ['C:\\Users\\me\\AppData\\Local\\revento\\key', 'C:\\Users\\me\\AppData\\Local\\revento\\key'],
    ["C:\\Users\\Pat O'Hara\\key", "'C:\\Users\\Pat O''Hara\\key'"],
  ])('is quoted for PowerShell on Windows: %s', (text, word) => expect(shellWord(text, 'win32')).toBe(word));

  it('quotes a scope from a server, so that a pasted hint runs none of it', () => {
    const scope = '$(touch /tmp/owned)';
    const hint = hintOf(new ReventoError('insufficient_scope', 'm', { scope }), { profile: 'default' });
    expect(hint).toContain(`--scope '${scope}'`);
  });
});
