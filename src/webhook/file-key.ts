import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { isRecord, type JsonRecord } from '../json/parse.ts';
import { stringify } from '../json/stringify.ts';
import type { Json } from '../json/value.ts';
import { decodeLoosely } from '../text/input.ts';

/**
 * Begins the key of a scrubbed recording, so that nobody takes it for a signing secret: it stands in the file, and
 * everybody who reads the file can sign with it.
 */
const fileKeyPrefix = 'revento_file_key_';

/** What a scrubbed recording says about one of its lines. */
export interface Scrubbed {
  /** The deliveries of the file are signed with it. Public. */
  readonly fileKey: string;
  /** Whether it says that the signature that Revento made was verified before it was replaced. Anyone can write so. */
  readonly isChecked: boolean;
  /** A line before it in its file named its key. */
  readonly isNamed: boolean;
  /** What only the owner of a signing secret can write; see `voucherOf`. Null without it. */
  readonly vouched: string | null;
  /** SHA-256 of the line, without its seal and its voucher. */
  readonly digest: Buffer;
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
 * What a scrubbed line holds when a signing secret verified its original: the user who has that secret can tell
 * later that nobody else wrote the line. Signs with a key that is made of the secret, so it is not the signature of a delivery.
 */
function voucherOf(secret: string, digest: Buffer): string {
  const key = createHmac('sha256', secret).update('revento-scrub').digest();
  return createHmac('sha256', key).update(digest).digest('hex');
}

/** The first of the signing secrets that vouches for a scrubbed line; null when none does. */
export function voucherIn({ vouched, digest }: Scrubbed, secrets: readonly string[]): string | null {
  if (vouched === null) return null;
  return secrets.find((secret) => secret !== '' && isSame(voucherOf(secret, digest), vouched)) ?? null;
}

/**
 * What a line says about how it was scrubbed.
 *
 * @param line  without `scrubbed`
 * @param secret  the signing secret that verified its original, or null
 */
export function sealedLine(
  line: JsonRecord,
  {
    fileKey,
    isChecked,
    secret,
  }: { readonly fileKey: string; readonly isChecked: boolean; readonly secret: string | null },
): string {
  const scrubbed = { file_key: fileKey, checked: isChecked, ...(secret !== null && { vouched: '' }), seal: '' };
  const open = stringify({ ...line, scrubbed } as Json);
  if (secret === null) return sealed(fileKey, open);
  const vouched = voucherOf(secret, digestOf(open));
  return sealed(fileKey, stringify({ ...line, scrubbed: { ...scrubbed, vouched } } as Json));
}

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
  const { file_key: fileKey, checked, seal, vouched } = scrubbed;
  if (typeof fileKey !== 'string' || !isFileKey(fileKey)) return 'altered';
  const text = (other: JsonRecord) => stringify({ ...line, scrubbed: { ...scrubbed, ...other } } as Json);
  if (!hasSeal(fileKey, text({ seal: '' }), seal)) return 'altered';
  const isVouched = typeof vouched === 'string';
  return {
    fileKey,
    isChecked: checked === true,
    isNamed: false,
    vouched: isVouched ? vouched : null,
    digest: digestOf(text(isVouched ? { vouched: '', seal: '' } : { seal: '' })),
  };
}

/** Whether a file says of itself that it is a scrubbed recording. @param bytes  its beginning */
export function isScrubbedFile(bytes: Uint8Array): boolean {
  return /^\s*\{\s*"type"\s*:\s*"scrubbed"/.test(decodeLoosely(bytes));
}

/** Whether the first line of a scrubbed recording is unchanged. */
function isUnchangedHead(head: JsonRecord): boolean {
  const { file_key: fileKey, seal } = head;
  return typeof fileKey === 'string' && hasSeal(fileKey, JSON.stringify({ ...head, seal: '' }), seal);
}

function hasSeal(fileKey: string, text: string, seal: unknown): boolean {
  return isSame(sealOf(fileKey, text), String(seal));
}

function isSame(one: string, other: string): boolean {
  const [own, given] = [Buffer.from(one), Buffer.from(other)];
  return own.length === given.length && timingSafeEqual(own, given);
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function sealOf(fileKey: string, text: string): string {
  return createHmac('sha256', fileKey).update('seal.').update(text).digest('hex');
}

/** A delivery, or more of it. */
interface MaybeScrubbed {
  readonly scrubbed: Scrubbed | null;
}

/**
 * The keys that a file names, one in front of each part that was scrubbed. A scrubbed delivery says itself which key
 * signed it, so one whose key nobody named may have been put into the file by anyone.
 */
export class FileKeys {
  readonly #named = new Set<string>();
  #hasHead = false;
  #isMixed = false;

  /** Takes a line that is not a delivery. @returns whether it is unchanged; true for one without a seal */
  name(line: JsonRecord): boolean {
    this.#hasHead ||= line['type'] === 'scrubbed';
    if (line['type'] !== 'scrubbed' && !('seal' in line) && !('scrubbed' in line)) return true;
    if (!isUnchangedHead(line)) return false;
    if (line['type'] === 'scrubbed') this.#named.add(String(line['file_key']));
    return true;
  }

  /** Whether a line so far says that what follows is scrubbed, changed or not. */
  get hasHead(): boolean {
    return this.#hasHead;
  }

  /** The same delivery, knowing whether its file names its key. */
  placed<Line extends MaybeScrubbed>(recorded: Line): Line {
    const { scrubbed } = recorded;
    this.#isMixed ||= scrubbed === null;
    if (scrubbed === null || this.#isMixed || !this.#named.has(scrubbed.fileKey)) return recorded;
    return { ...recorded, scrubbed: { ...scrubbed, isNamed: true } };
  }

  /** Why a placed delivery is not to be trusted, once the whole file was read: such as `altered: …`; null if it is. */
  doubtAbout({ scrubbed }: MaybeScrubbed): string | null {
    if (scrubbed === null) return null;
    if (this.#isMixed) return 'altered: it is scrubbed, unlike other lines';
    // Lines without their file, such as the last of it.
    return scrubbed.isNamed || !this.#hasHead ? null : 'altered: no line before it names its file_key';
  }
}
