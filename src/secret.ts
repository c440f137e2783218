import { createHash } from 'node:crypto';

/** Values shorter than this are not looked for: they would blank out ordinary text. */
const shortestRedactedLength = 8;

/**
 * A value that must not be shown. Every implicit way to text (`String()`, templates, JSON, `util.inspect`) gives
 * `[redacted fp:ab12cd34]`; the value itself comes out of `reveal()` only.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value, for the one place that has to send or hash it. */
  reveal(): string {
    return this.#value;
  }

  /** Eight hex digits of the SHA-256, enough to tell two secrets apart and useless to guess one. */
  get fingerprint(): string {
    return fingerprint(this.#value).slice(0, 8);
  }

  toString(): string {
    return `[redacted fp:${this.fingerprint}]`;
  }

  toJSON(): string {
    return this.toString();
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/** Lower-case hex SHA-256 of a text's UTF-8 bytes. */
export function fingerprint(value: string): string {
  return createHash('sha256').update(value, 'utf8').digest('hex');
}

/**
 * Knows the secrets that are live in this process and takes them out of text: as they are, percent-encoded,
 * JSON-escaped and in base64. Everything written to stderr goes through one of these.
 */
export class Redactor {
  readonly #forms = new Map<string, string>();

  /** Registers a live secret; short or empty values are ignored. */
  add(value: string): Secret {
    const secret = new Secret(value);
    if (value.length >= shortestRedactedLength) for (const form of formsOf(value)) this.#forms.set(form, `${secret}`);
    return secret;
  }

  /** The text with every registered value replaced. */
  clean(text: string): string {
    let cleaned = text;
    for (const [form, replacement] of this.#forms) {
      if (cleaned.includes(form)) cleaned = cleaned.replaceAll(form, replacement);
    }
    return cleaned;
  }
}

function formsOf(value: string): Set<string> {
  const bytes = Buffer.from(value, 'utf8');
  const base64 = bytes.toString('base64');
  return new Set([
    value,
    encodeURIComponent(value),
    new URLSearchParams({ v: value }).toString().slice(2),
    JSON.stringify(value).slice(1, -1),
    base64,
    base64.replace(/=+$/, ''),
    bytes.toString('base64url'),
  ]);
}
