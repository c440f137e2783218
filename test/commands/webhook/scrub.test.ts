import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { webhookScrub } from '../../../src/commands/webhook/scrub.ts';
import { webhookVerify } from '../../../src/commands/webhook/verify/verify.ts';
import { parseRecording } from '../../../src/webhook/recording.ts';
import { memory, run } from '../../support/commands/deps.ts';
import { envelope, newSecret } from '../../support/webhook/delivery.ts';
import { recordedLine } from '../../support/webhook/recorded.ts';
import { failureOf, lineOf, scrubbed, scrubber, secret } from '../../support/webhook/scrubbed.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'revento-scrub-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const rig = (secrets: Readonly<Record<string, string>> = { webhook_secret: secret }) =>
  memory({ environmentSecrets: secrets });

/** Scrubs a file with that content, which `out` also names unless it is given. */
async function scrub(
  content: string | Uint8Array,
  options: { readonly out?: string; readonly includeUnchecked?: boolean } = {},
  secrets?: Readonly<Record<string, string>>,
) {
  const file = join(folder, 'raw.ndjson');
  writeFileSync(file, content);
  const world = rig(secrets);
  const filtered = { ...world, deps: { ...world.deps, isFiltered: true } };
  const { failure, text } = await run(webhookScrub, { file, out: file, ...options } as never, filtered);
  return { failure, made: text, file };
}

const foreign = () => recordedLine({ secret: newSecret(), body: envelope() });

it.each([
  ['a signature that no configured secret made', () => foreign(), 'signatures would be lost'],
  ['a line that is skipped', () => `${lineOf({})}\nnoise`, 'line 2 is not JSON'],
])('refuses to scrub a file in place with %s', async (_name, content, why) => {
  const text = content();
  const { failure, file } = await scrub(text);
  expect(failure).toMatchObject({ code: 'failed', message: expect.stringContaining(why) as string });
  expect(failure?.facts.hint).toContain('--out');
  const link = join(folder, 'link.ndjson');
  symlinkSync(file, link);
  expect((await scrub(text, { out: link })).failure).toMatchObject({ code: 'failed' });
  expect((await scrub(text, { out: join(folder, 'other.ndjson') })).failure).toBeNull();
  expect(readFileSync(file, 'utf8')).toBe(text);
});

it('refuses to scrub a file in place where no secret is configured, but for --include-unchecked', async () => {
  const line = lineOf({});
  const { failure, file } = await scrub(line, {}, {});
  expect(failure?.message).toContain('1 of its signatures would be lost');
  expect(readFileSync(file, 'utf8')).toBe(line);
  expect((await scrub(line, { includeUnchecked: true }, {})).failure).toBeNull();
  expect((await scrub(line, { out: join(folder, 'other.ndjson') }, {})).failure).toBeNull();
});

it('scrubs a file in place with what --include-unchecked takes', async () => {
  const { failure, made } = await scrub(foreign(), { includeUnchecked: true });
  expect(failure).toBeNull();
  expect((await parseRecording(made)).deliveries.map(failureOf)).toEqual([null]);
});

it.each(['utf16le', 'utf16be'])('reads a file in %s, as a redirect of PowerShell writes it', async (encoding) => {
  const bytes = Buffer.from(`\ufeff${lineOf({ name: 'Zoë' })}\r\n${lineOf({ name: 'Bob' })}\r\n`, 'utf16le');
  const { failure, made } = await scrub(encoding === 'utf16le' ? bytes : bytes.swap16());
  expect(failure).toBeNull();
  expect((await parseRecording(made)).deliveries.map(failureOf)).toEqual([null, null]);
});

async function verified(content: string | Uint8Array) {
  const file = join(folder, 'safe.ndjson');
  writeFileSync(file, content);
  const { data, failure, status } = await run(webhookVerify, { file } as never, rig());
  return { status, failure, data: data[0] as { readonly verified: boolean; readonly reason: string | null } };
}

it('verifies a scrubbed file of one delivery as one of more, in any encoding', async () => {
  const forged = recordedLine({ secret: newSecret(), body: envelope(), reason: 'signature_mismatch' });
  for (const lines of [[forged], [forged, lineOf({})]]) {
    const text = await scrubbed(lines);
    for (const bytes of [text, `\ufeff\n\n${text}`, Buffer.from(`\ufeff${text}`, 'utf16le')]) {
      const { status, data } = await verified(bytes);
      expect(data).toMatchObject({ verified: true, secret: 'file', deliveries: lines.length, invalid: 1 });
      expect(status).toBeUndefined();
    }
  }
  const [, line = ''] = (await scrubbed([forged])).split('\n');
  expect(await verified(line)).toMatchObject({
    status: 3,
    data: { verified: false, reason: 'signature_mismatch', hints: [expect.stringContaining('recorded as invalid')] },
  });
});

it('does not verify a scrubbed file without deliveries', async () => {
  const { status, data } = await verified(`${scrubber().head}\n`);
  expect([status, data.verified, data.reason]).toEqual([3, false, 'no_deliveries']);
});
