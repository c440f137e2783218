import { bytesOf, toBase64 } from '../bytes.ts';
import type { DeliveryLine } from '../wire.ts';

/** The values that a generated test needs. */
export interface RecordedTest {
  readonly url: string;
  readonly type: string;
  readonly contentType: string;
  /** The body if it can be a string literal; or else null. */
  readonly text: string | null;
  /** The body as base64. */
  readonly base64: string;
}

/** Makes the data of a test from a delivery. It never contains the secret: the test reads it from the environment. */
export function recordedTest(line: DeliveryLine, url: string): RecordedTest {
  const contentType = [line.headers['content-type'] ?? 'application/json'].flat()[0] ?? '';
  return {
    url: plain(url),
    type: plain(line.event ?? 'unknown'),
    contentType: plain(contentType),
    text: line.body !== null && isPlain(line.body) ? line.body : null,
    base64: toBase64(bytesOf(line)),
  };
}

/**
 * Whether a text contains nothing that an editor, Git or a compiler would change, or that looks different from what it
 * is.
 */
function isPlain(text: string): boolean {
  return !/[^\P{C}\n\t]|[\u2028\u2029\u0085]/u.test(text);
}

/** Anybody can send these values: allows only characters that cannot end a string or start a comment or a variable. */
function plain(text: string): string {
  return text.replace(/[^\w ./:;=,+?&%@~[\]-]/g, '');
}

/** A string in double quotes for JavaScript, Python, Go and Java. */
export function doubleQuoted(text: string): string {
  return JSON.stringify(text);
}

/** A string in single quotes for PHP and Ruby, without interpolation. */
export function singleQuoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
