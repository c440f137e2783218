import { isUtf8 } from 'node:buffer';
import { failureWords } from '../http/failure.ts';
import { isThisMachine } from '../http/this-machine.ts';
import { isJson, isRecord, type JsonRecord, parseRecord } from '../json/parse.ts';
import { stringify } from '../json/stringify.ts';
import type { Json } from '../json/value.ts';
import { sealedLine } from '../webhook/file-key.ts';
import { readHead } from '../webhook/head.ts';
import { sign, signatureForm, verifyFailures } from '../webhook/signature.ts';
import type { Judgment } from './judged.ts';
import { memberPlace } from './map-json.ts';
import type { People } from './people.ts';
import { malformedSignature, scrubHeader } from './scrub-headers.ts';
import { scrubJson, scrubKey, scrubType } from './scrub-json.ts';
import { restLike, standIn } from './stand-in.ts';
import { isOpenPath } from './vocabulary.ts';

/** What a scrubbed recording is made with. */
interface ScrubOptions {
  readonly people: People;
  readonly fileKey: string;
  /** Paths into a body that are left alone, such as `data.title`. */
  readonly kept: readonly string[];
}

export interface ScrubbedLine {
  readonly text: string;
  /** Its body is not JSON: all of it was replaced. */
  readonly isBodyReplaced: boolean;
}

/** What a listener writes as the `reason` of a delivery, and as the `error` of a handler that did not answer. */
const ownWords: ReadonlySet<string> = new Set([...verifyFailures, 'not_json', ...Object.keys(failureWords)]);

/**
 * A delivery line whose people are made up, signed with the key of its file where the original was genuine. One that
 * was forged stays forged: its signature has the documented form and verifies nowhere.
 *
 * @param line  a delivery line, whole or cut
 */
export function scrubLine(line: JsonRecord, { judged, secret }: Judgment, options: ScrubOptions): ScrubbedLine {
  const { people, fileKey, kept } = options;
  const original = Buffer.from(String(line['body_base64']), 'base64');
  const { body, isReplaced } = scrubBody(original, people, kept);
  const headers = scrubHeaders(line['headers'] as JsonRecord, judged, { original, body }, options);
  const isVerified = line['verified'] === true && judged !== 'forged';
  const wasDoubted = line['verified'] === true && !isVerified;
  const members: readonly string[] = Object.entries(line)
    .filter(([name]) => name !== 'scrubbed')
    .map(([name, value]) => {
      const made = memberOf(name, value);
      return made === undefined
        ? `${JSON.stringify(scrubKey(name, people))}:${unknownMember(name, value, people)}`
        : `${JSON.stringify(name)}:${made}`;
    });
  // Parsed as every reader parses it: names that are whole numbers come first, and numbers have one spelling.
  const made = parseRecord(`{${members.join(',')}}`) ?? {};
  const text = sealedLine(made, { fileKey, isChecked: judged !== 'unchecked', secret });
  return { text, isBodyReplaced: isReplaced };

  /** Undefined for a member that no listener writes. */
  function memberOf(name: string, value: unknown): string | undefined {
    switch (name) {
      case 'type':
        return '"delivery"';
      case 'delivery_id':
        return JSON.stringify(typeof value === 'string' ? readHead(headers.list).deliveryId : null);
      case 'event':
        return JSON.stringify(typeof value === 'string' ? scrubType(value, people) : null);
      case 'received_at':
        return JSON.stringify(new Date(String(value)).toISOString());
      case 'verified':
        return String(isVerified);
      case 'reason':
        return JSON.stringify(wasDoubted ? 'signature_mismatch' : wordOf(value, people));
      case 'duplicate':
        return String(value === true);
      case 'headers':
        return headers.text;
      case 'body':
        return JSON.stringify(typeof value === 'string' && isUtf8(body) ? body.toString('utf8') : null);
      case 'body_base64':
        return JSON.stringify(body.toString('base64'));
      case 'body_bytes':
      case 'reply_status':
        return typeof value === 'number' ? String(value) : 'null';
      case 'forward':
        return `[${(Array.isArray(value) ? (value as unknown[]) : [])
          .filter(isRecord)
          .map((one) => forwardText(one, people))
          .join(',')}]`;
    }
    return undefined;
  }
}

function unknownMember(name: string, value: unknown, people: People): string {
  const place = memberPlace({ name: null, isAnswer: false, path: '' }, name);
  return scrubJson(stringify(value as Json), people, [], { ...place, path: `(line).${name}` });
}

function scrubBody(original: Buffer, people: People, kept: readonly string[]) {
  if (original.length === 0) return { body: original, isReplaced: false };
  if (!isUtf8(original)) return { body: otherBytes(original, people), isReplaced: true };
  const [, mark = '', text = ''] = /^(\ufeff?)(.*)$/s.exec(original.toString('utf8')) ?? [];
  const isReplaced = !isJson(text);
  return { body: Buffer.from(mark + (isReplaced ? people.freeText(text) : scrubJson(text, people, kept))), isReplaced };
}

/** As many bytes, which are not UTF-8 either. */
function otherBytes({ length }: Buffer, people: People): Buffer {
  const made = Buffer.alloc(length, Buffer.from(people.token('bytes', String(length)), 'hex'));
  made[0] = 0xff;
  return made;
}

interface Bodies {
  readonly original: Buffer;
  readonly body: Buffer;
}

function scrubHeaders(
  headers: JsonRecord,
  judged: Judgment['judged'],
  { original, body }: Bodies,
  { people, fileKey }: ScrubOptions,
) {
  const signature = (value: string) => {
    if (!signatureForm.test(value)) return malformedSignature(value, people);
    if (judged === 'forged') return `sha256=${people.token('signature', value)}`;
    const [, timestamp = ''] = Object.entries(headers).find(([name]) => name === 'x-revento-timestamp') ?? [];
    return sign(fileKey, String(timestamp), body);
  };
  const lengths = [original.length, body.length] as const;
  const list: (readonly [string, string])[] = [];
  const members = Object.entries(headers).map(([name, value]) => {
    const isList = Array.isArray(value);
    const made = (isList ? (value as unknown[]) : [value]).map((one) =>
      scrubHeader(name, String(one), { people, signature, lengths }),
    );
    list.push(...made);
    const values = made.map(([, text]) => JSON.stringify(text));
    return `${JSON.stringify(made[0]?.[0] ?? name)}:${isList ? `[${values.join(',')}]` : values[0]}`;
  });
  return { text: `{${members.join(',')}}`, list };
}

/** Handlers on this machine stay, without a query; those elsewhere have addresses of their own users. */
function forwardText({ url, status, latency_ms: latencyMs, error }: JsonRecord, people: People): string {
  return JSON.stringify({
    url: typeof url === 'string' ? handlerUrl(url, people) : null,
    status: typeof status === 'number' ? status : null,
    latency_ms: typeof latencyMs === 'number' ? latencyMs : null,
    error: wordOf(error, people),
  });
}

function handlerUrl(text: string, people: People): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !isThisMachine(url.hostname) || url.username !== '') return standIn(text, people);
  const path = isOpenPath(url.pathname) ? url.pathname : restLike(url.pathname, people);
  return url.origin + path + restLike(url.search, people);
}

function wordOf(value: unknown, people: People): string | null {
  if (typeof value !== 'string') return null;
  return ownWords.has(value) ? value : standIn(value, people);
}
