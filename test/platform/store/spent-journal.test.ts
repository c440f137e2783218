import { createHash, randomBytes } from 'node:crypto';
import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { StoreKey } from '../../../src/platform/key/envelope.ts';
import { openSpentJournal } from '../../../src/platform/store/spent-journal.ts';

const keyOf = (bytes: Buffer): StoreKey => ({
  id: createHash('sha256').update(bytes).digest('hex').slice(0, 16),
  source: 'keyfile',
  kdf: null,
  bytes,
});
const key = keyOf(randomBytes(32));

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'revento-journal-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

it('recognizes spent tokens across processes, but not live ones', () => {
  openSpentJournal(directory).note(key, 'one', 'two');
  const other = openSpentJournal(directory);
  expect(['one', 'two', 'three'].map((token) => other.has(key, token))).toEqual([true, false, false]);
});

it('tells nothing without the key', () => {
  openSpentJournal(directory).note(key, 'one', 'two');
  expect(openSpentJournal(directory).has(keyOf(randomBytes(32)), 'one')).toBe(false);
});

it('takes a token back that the server issued again', () => {
  const journal = openSpentJournal(directory);
  journal.note(key, 'one', 'two');
  journal.note(key, null, 'one');
  expect(journal.has(key, 'one')).toBe(false);
  journal.note(key, 'one', 'three');
  expect(journal.has(key, 'one')).toBe(true);
});

it('writes nothing for a login that was never spent', () => {
  openSpentJournal(directory).note(key, null, 'one');
  expect(() => statSync(join(directory, 'spent'))).toThrow('ENOENT');
});

it('reads on after a line that a crash cut off', () => {
  const journal = openSpentJournal(directory);
  journal.note(key, 'one', 'two');
  appendFileSync(join(directory, 'spent'), '\n-0123');
  journal.note(key, 'two', 'three');
  expect(['one', 'two'].map((token) => journal.has(key, token))).toEqual([true, true]);
});

it('forgets the oldest tokens, and stays small', () => {
  const journal = openSpentJournal(directory);
  const fill = (name: string) => appendFileSync(join(directory, name), `-${'0'.repeat(32)}\n`.repeat(4_000));
  journal.note(key, 'first', 'x');
  fill('spent');
  journal.note(key, 'second', 'x');
  expect(['first', 'second'].map((token) => journal.has(key, token))).toEqual([true, true]);
  fill('spent.1');
  journal.note(key, 'third', 'x');
  expect(['first', 'second', 'third'].map((token) => journal.has(key, token))).toEqual([false, true, true]);
  expect(readdirSync(directory).sort()).toEqual(['spent.1', 'spent.2']);
});

it('takes a token back in whichever file its mark is', () => {
  const journal = openSpentJournal(directory);
  journal.note(key, 'one', 'two');
  appendFileSync(join(directory, 'spent'), `-${'0'.repeat(32)}\n`.repeat(4_000));
  journal.note(key, 'two', 'three');
  journal.note(key, 'three', 'one');
  expect(['one', 'two', 'three'].map((token) => journal.has(key, token))).toEqual([false, true, true]);
});
