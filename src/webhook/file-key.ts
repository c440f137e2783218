import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { isRecord, type JsonRecord } from '../json/parse.ts';
import { stringify } from '../json/stringify.ts';
import type { Json } from '../json/value.ts';

/**
 * Begins the key of a scrubbed recording, so that nobody takes it for a signing secret: it stands in the file, and
 * everybody who reads the file can sign with it.
 */
const fileKeyPrefix = 'revento_file_key_';

/** What a scrubbed recording says about one of its lines. */
export interface Scrubbed {
  /** The deliveries of the file are signed with it. Public. */
  readonly fileKey: string;
  /** Whether the signature that Revento made was verified before it was replaced. */
  readonly isChecked: boolean;
}

/** A key for one recording: random, so it says nothing about the secret that Revento signed with. */
export function newFileKey(): string {
  return fileKeyPrefix + randomBytes(32).toString('base64url');
}

/** Whether a secret is the key of a scrubbed recording: no listener may accept it. */
export function isFileKey(secret: string): boolean {
  return secret.startsWith(fileKeyPrefix);
}

/** The member that seals a line, with its closing brace. */
const sealMember = /"seal":"[0-9a-f]*"\}{1,2}$/;

/**
 * A line of a scrubbed recording with its seal, by which a changed byte is noticed. Anyone can seal a line again.
 *
 * @param text  JSON that ends with an empty `seal`
 */
export function sealed(fileKey: string, text: string): string {
  return text.replace(sealMember, (member) => member.replace('""', `"${sealOf(fileKey, text)}"`));
}

/** What a parsed delivery line says about scrubbing: null for a line as it came, `altered` when its seal is broken. */
export function readScrubbed(line: JsonRecord): Scrubbed | 'altered' | null {
  const { scrubbed } = line;
  if (scrubbed === undefined) return null;
  if (!isRecord(scrubbed)) return 'altered';
  const { file_key: fileKey, checked, seal } = scrubbed;
  if (typeof fileKey !== 'string' || !isFileKey(fileKey)) return 'altered';
  const text = stringify({ ...line, scrubbed: { ...scrubbed, seal: '' } } as Json);
  return hasSeal(fileKey, text, seal) ? { fileKey, isChecked: checked === true } : 'altered';
}

/** Whether the first line of a scrubbed recording is unchanged. */
export function isUnchangedHead(head: JsonRecord): boolean {
  const { file_key: fileKey, seal } = head;
  return typeof fileKey === 'string' && hasSeal(fileKey, JSON.stringify({ ...head, seal: '' }), seal);
}

function hasSeal(fileKey: string, text: string, seal: unknown): boolean {
  const own = Buffer.from(sealOf(fileKey, text));
  const other = Buffer.from(String(seal));
  return own.length === other.length && timingSafeEqual(own, other);
}

function sealOf(fileKey: string, text: string): string {
  return createHmac('sha256', fileKey).update('seal.').update(text).digest('hex');
}
