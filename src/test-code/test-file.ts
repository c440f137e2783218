import type { HeaderList } from '../ports/exchange.ts';
import { toBase64 } from '../text/base64.ts';
import { isHopHeader } from '../webhook/sending/hop-header.ts';
import { isPlain, plain } from './literals.ts';
import { type Named, Names } from './names.ts';

export interface TestedDelivery {
  readonly deliveryId: string | null;
  readonly event: string | null;
  /** As received. */
  readonly headers: HeaderList;
  readonly body: Uint8Array;
  /** Whether the test signs it. Never for one that failed verification: that would make a forged one genuine. */
  readonly isSigned: boolean;
  /** The status that the handler must answer with; null for any 2xx. */
  readonly status: number | null;
}

/** One test of a generated file. */
export interface TestCase extends Named {
  /** Without those of one connection; without timestamp and signature where the test signs. */
  readonly headers: HeaderList;
  readonly isSigned: boolean;
  readonly status: number | null;
  /** The body if it can be a string literal; or else null. */
  readonly text: string | null;
  /** The body as base64. */
  readonly base64: string;
}

/** What a form makes source code of. */
export interface TestFile {
  /** Of the handler; an environment variable overrides it. */
  readonly url: string;
  /** Of the class, in languages where a test needs one. */
  readonly className: string;
  /** The signing key of a recording with made-up people, which is not a secret. Null: only the environment has one. */
  readonly key: string | null;
  readonly cases: readonly TestCase[];
  /** The delivery to change after signing; null if none is signed. */
  readonly changed: TestCase | null;
}

interface TestFileOptions {
  readonly url: string;
  readonly className?: string | undefined;
  readonly key?: string | null;
}

/** Makes the data of a test file from deliveries. It never contains a secret: the tests read it from the environment. */
export function testFile(
  deliveries: readonly TestedDelivery[],
  { url, className = 'WebhookTest', key = null }: TestFileOptions,
): TestFile {
  const names = new Names();
  // The file names it, and anybody may have written the file.
  const safeKey = key !== null && /^[\w-]+$/.test(key) ? key : null;
  const cases = deliveries.map((delivery) => testCase(delivery, names));
  return { url: inUrl(url), className, key: safeKey, cases, changed: cases.find(({ isSigned }) => isSigned) ?? null };
}

/** The URL without characters that source code or a shell could read something into: they stay, percent-encoded. */
function inUrl(url: string): string {
  return [...url].map((char) => (plain(char) === char && char !== ' ' ? char : encoded(char))).join('');
}

/** `encodeURIComponent` leaves some of them. */
function encoded(char: string): string {
  const bytes = new TextEncoder().encode(char);
  return [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`).join('');
}

function testCase(delivery: TestedDelivery, names: Names): TestCase {
  const { isSigned, status, body } = delivery;
  const text = textOf(body);
  return {
    ...names.of(delivery),
    headers: sentHeaders(delivery),
    isSigned,
    status,
    text: text !== null && isPlain(text) ? text : null,
    base64: toBase64(body),
  };
}

const signatureHeaders: ReadonlySet<string> = new Set(['x-revento-timestamp', 'x-revento-signature']);

/** The headers that are sent again, except those that no client can send. */
export function sentHeaders({ headers, isSigned }: Pick<TestedDelivery, 'headers' | 'isSigned'>): HeaderList {
  return headers.filter(
    ([name, value]) =>
      !isHopHeader(name) &&
      !(isSigned && signatureHeaders.has(name.toLowerCase())) &&
      /^[!#$%&'*+.^_`|~\w-]+$/.test(name) &&
      /^[\t\x20-\x7e\x80-\xff]*$/.test(value),
  );
}

/** The text of a body, a byte order mark included; null when it is not UTF-8. */
export function textOf(body: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return null;
  }
}
