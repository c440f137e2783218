import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openRecording } from '../../../../src/commands/webhook/listen/recording.ts';
import { memory } from '../../../support/commands/deps.ts';
import { lineOf, scrubbed, secret } from '../../../support/webhook/scrubbed.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'revento-record-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it.each([
  ['begins with a byte order mark', (text: string) => Buffer.from(`\ufeff${text}`)],
  ['begins with blank lines', (text: string) => Buffer.from(`${'\r\n'.repeat(100)}${text}`)],
  ['has spaces in its first line', (text: string) => Buffer.from(text.replace('{"type":', '{ "type" : '))],
  ['is in UTF-16', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le')],
])('adds no real people to a file with made-up ones that %s', async (_name, write) => {
  const path = join(folder, 'safe.ndjson');
  const bytes = write(await scrubbed([lineOf({ name: 'Alice' })]));
  writeFileSync(path, bytes);
  const opened = openRecording({ path, people: 'real' }, { values: [secret] }, memory().deps);
  await expect(opened).rejects.toMatchObject({ code: 'usage' });
  expect(readFileSync(path).equals(bytes)).toBe(true);
});
