import { createHmac } from 'node:crypto';
import { type JsonForm, type JsonLanguage, jsonForms } from '../json-forms.ts';
import type { Outgoing } from '../sending/outgoing.ts';
import { sign } from '../signature.ts';
import type { Bench } from './bench.ts';
import type { Framework } from './framework.ts';

/** A delivery that only a handler with one certain mistake accepts. */
export interface Probe {
  /** The mistake, as a clause whose subject makes it. */
  readonly mistake: string;
  /** What to change; null when the handler needs the raw body, which depends on the framework. */
  readonly fix: string | null;
  /** The languages whose JSON library or formatting reveals it; none for any. */
  readonly languages: readonly JsonLanguage[];
  readonly make: (bench: Bench) => Outgoing;
}

/**
 * Handlers that parse the body and verify what they write again, by the form that they write. The body that is sent
 * has none of these forms and holds what they differ in: unsorted keys, a decimal, a slash, quotes, letters outside
 * ASCII, and characters that mean something in HTML.
 */
export function formProbes(framework: Framework | null): readonly Probe[] {
  return [
    ...jsonForms.map((form) => formProbe(form, form.keepsDecimals, framework)),
    ...jsonForms.map((form) => formProbe(form, !form.keepsDecimals, framework)),
  ];
}

/** Stands for 1.0, which some libraries write back as 1. */
const decimal = 'one as a decimal';

/** Names the call of the framework's language, or of each language that writes this form where none is known. */
function formProbe({ what, by, write }: JsonForm, keepsDecimals: boolean, framework: Framework | null): Probe {
  const writers = (Object.keys(by) as JsonLanguage[]).filter((it) => framework === null || it === framework.language);
  const calls = writers.map((language) => `${by[language]} in ${language}`);
  const made = calls.length === 0 ? `the same JSON ${what}` : `what ${calls.join(' or ')} makes of it`;
  return {
    mistake: `the handler parses the body and verifies ${made}, not the bytes it received`,
    fix: null,
    languages: writers,
    make: (bench) => {
      const { data, ...envelope } = bench.envelope();
      const text = `Zoë "山" 🎪 https://a.example/?b='1'&c=<2>+3`;
      const value = { ...envelope, data: { ...(data as object), text, number: decimal, b: { d: true, c: [1, 2] } } };
      const withNumber = (json: string, digits: string) => json.replace(`"${decimal}"`, digits);
      const sent = withNumber(JSON.stringify(value, null, 3), '1.0');
      return signedAs(bench, sent, ({ timestamp }) =>
        sign(bench.secret, timestamp, Buffer.from(withNumber(write(value), keepsDecimals ? '1.0' : '1'))),
      );
    },
  };
}

/** What is known when a signature is made. */
interface ToSign {
  readonly timestamp: string;
  readonly deliveryId: string;
  readonly body: string;
}

/** A compact sample whose signature is made in another way. */
function signedAs(bench: Bench, body: string, make: (parts: ToSign) => string): Outgoing {
  const timestamp = bench.secondsFromNow(0);
  const deliveryId = crypto.randomUUID();
  return bench.make({ text: body, timestamp, deliveryId, signature: make({ timestamp, deliveryId, body }) });
}

function compactSignedAs(make: (bench: Bench, parts: ToSign) => string): Probe['make'] {
  return (bench) => signedAs(bench, JSON.stringify(bench.envelope()), (parts) => make(bench, parts));
}

/** Signs another text with the current secret. */
function overText(text: (parts: ToSign) => string): Probe['make'] {
  return compactSignedAs(({ secret }, parts) => `sha256=${hmac(secret, text(parts))}`);
}

function hmac(key: string | Buffer, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex');
}

const signedText = 'hash the timestamp header, a dot, and the raw body, in this order and with nothing else';
const parsedFirst = 'a JSON parser runs before the handler, so it no longer has the raw bytes';

/** Handlers that hash the body with too little or too much around it, or no body at all. */
const textProbes: readonly Probe[] = [
  {
    mistake: 'the handler hashes the body alone, without the timestamp',
    fix: signedText,
    languages: [],
    make: overText(({ body }) => body),
  },
  {
    mistake: 'the handler leaves out the dot between timestamp and body',
    fix: signedText,
    languages: [],
    make: overText(({ timestamp, body }) => timestamp + body),
  },
  {
    mistake: 'the handler hashes the delivery id as well, as the Standard Webhooks specification does',
    fix: signedText,
    languages: [],
    make: overText(({ timestamp, deliveryId, body }) => `${deliveryId}.${timestamp}.${body}`),
  },
  {
    mistake: `the handler hashes "[object Object]": ${parsedFirst}`,
    fix: null,
    languages: ['JavaScript'],
    make: overText(({ timestamp }) => `${timestamp}.[object Object]`),
  },
  {
    mistake: 'the handler hashes "undefined" where the body should be: no raw body was kept',
    fix: null,
    languages: ['JavaScript'],
    make: overText(({ timestamp }) => `${timestamp}.undefined`),
  },
  {
    mistake: `the handler hashes "b'…'", the way Python prints bytes`,
    fix: 'join bytes, not text: timestamp.encode() + b"." + body',
    languages: ['Python'],
    make: overText(({ timestamp, body }) => `${timestamp}.b'${body}'`),
  },
  {
    mistake: 'the handler hashes an empty body: something read the request first',
    fix: null,
    languages: [],
    make: overText(({ timestamp }) => `${timestamp}.`),
  },
];

const digits = 'compare the header with "sha256=" followed by the HMAC in lower-case hex';

/** Handlers that expect another form of the headers. */
const headerProbes: readonly Probe[] = [
  {
    mistake: 'the handler expects the signature without "sha256="',
    fix: digits,
    languages: [],
    make: compactSignedAs(({ secret }, { timestamp, body }) => hmac(secret, `${timestamp}.${body}`)),
  },
  {
    mistake: 'the handler expects the signature in base64, not in hex',
    fix: digits,
    languages: [],
    make: compactSignedAs(({ secret }, { timestamp, body }) => {
      const hex = hmac(secret, `${timestamp}.${body}`);
      return `sha256=${Buffer.from(hex, 'hex').toString('base64')}`;
    }),
  },
  {
    mistake: 'the handler expects the timestamp in milliseconds',
    fix: 'X-Revento-Timestamp is in seconds: compare it with the current time in seconds',
    languages: [],
    make: (bench) => bench.make({ timestamp: `${bench.secondsFromNow(0)}000` }),
  },
];

const wholeSecret = 'use the whole secret as text, whsec_ included; its UTF-8 bytes are the key';

/** Handlers that make another key of the secret. */
function secretProbes({ secret, previousSecret }: Bench): readonly Probe[] {
  const bare = secret.replace(/^whsec_/, '');
  const keys: readonly (readonly [mistake: string, key: string | Buffer, fix: string])[] = [
    ['the handler cuts whsec_ off the secret', bare, wholeSecret],
    ['the handler decodes the secret from base64', Buffer.from(secret, 'base64'), wholeSecret],
    [
      'the handler cuts whsec_ off the secret and decodes the rest from base64',
      Buffer.from(bare, 'base64'),
      wholeSecret,
    ],
    ['the handler decodes the secret from hex', Buffer.from(bare, 'hex'), wholeSecret],
    ['the secret of the handler ends in a line break', `${secret}\n`, 'remove the line break where the secret is set'],
    ['the secret of the handler has quotes around it', `"${secret}"`, 'remove the quotes where the secret is set'],
    ['the secret of the handler is empty, so anyone can sign', '', 'set the secret, and refuse to start without it'],
    ['the secret of the handler is "undefined"', 'undefined', 'set the secret, and refuse to start without it'],
  ];
  const previous = previousSecret === null ? [] : [previousProbe(previousSecret)];
  const isOther = (key: string | Buffer) => !Buffer.from(secret).equals(Buffer.from(key));
  return [
    ...previous,
    ...keys
      .filter(([mistake, key]) => isOther(key) && (key.length > 0 || mistake.includes('empty')))
      .map(([mistake, key, fix]) => ({
        mistake,
        fix,
        languages: [],
        make: compactSignedAs((_bench, { timestamp, body }) => `sha256=${hmac(key, `${timestamp}.${body}`)}`),
      })),
  ];
}

function previousProbe(previousSecret: string): Probe {
  return {
    mistake: 'the handler knows only the previous secret',
    fix: 'give it the new secret as well',
    languages: [],
    make: (bench) => bench.make({ secret: previousSecret }),
  };
}

/** Everything that a handler may verify instead of the received bytes, the most frequent mistakes first. */
export function allProbes(bench: Bench, framework: Framework | null): readonly Probe[] {
  return [...formProbes(framework), ...secretProbes(bench), ...textProbes, ...headerProbes];
}
