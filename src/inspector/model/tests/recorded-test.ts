import { bytesOf, toBase64 } from '../bytes.ts';
import type { DeliveryLine } from '../wire.ts';

/** What a test that is made from a delivery needs. */
export interface RecordedTest {
  readonly url: string;
  readonly type: string;
  readonly contentType: string;
  /** The body, where it can stand in source code as text; else null. */
  readonly text: string | null;
  /** The body in any case, base64. */
  readonly base64: string;
}

/** A delivery as the data of a test. The secret is never part of it: a test reads it from the environment. */
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

/** Nothing that an editor, Git or a compiler would change, and nothing that reads other than it is. */
function isPlain(text: string): boolean {
  return !/[^\P{C}\n\t]|[\u2028\u2029\u0085]/u.test(text);
}

/** Anybody can send these: only characters that end no string and begin no comment or variable. */
function plain(text: string): string {
  return text.replace(/[^\w ./:;=,+?&%@~[\]-]/g, '');
}

/** In double quotes, as JavaScript, Python, Go and Java have it. */
export function doubleQuoted(text: string): string {
  return JSON.stringify(text);
}

/** In single quotes, as PHP and Ruby have it: nothing in it is a variable. */
export function singleQuoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
