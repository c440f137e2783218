import { createHash } from 'node:crypto';

/** Shorter values are not redacted: they would blank out ordinary text. */
const shortestRedactedLength = 8;

/**
 * A value that must not be shown. Every implicit conversion to text (`String()`, templates, JSON, `util.inspect`) gives
 * `[redacted fp:ab12cd34]`; only `reveal()` returns the value itself.
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

  /** Eight hex digits of the SHA-256: enough to distinguish two secrets, useless for guessing one. */
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

/** What a cut text ends with. */
const ellipsis = '…';

/**
 * Knows the secrets in use in this process and redacts them in text: as they are, percent-encoded, JSON-escaped and in
 * base64, also where the text was cut in the middle of one. Everything written to stderr goes through one of these.
 */
export class Redactor {
  /** Longest first: of two secrets that begin alike, the end of the longer one must not stay visible. */
  readonly #forms: { readonly form: string; readonly replacement: string }[] = [];
  readonly #known = new Set<string>();

  /** Registers a secret in use; short or empty values are ignored. */
  add(value: string): Secret {
    const secret = new Secret(value);
    if (value.length < shortestRedactedLength || this.#known.has(value)) return secret;
    this.#known.add(value);
    for (const form of formsOf(value)) this.#forms.push({ form, replacement: `${secret}` });
    this.#forms.sort((a, b) => b.form.length - a.form.length);
    return secret;
  }

  /** The text with every registered value replaced. */
  clean(text: string): string {
    let cleaned = text;
    for (const { form, replacement } of this.#forms) {
      if (cleaned.includes(form)) cleaned = cleaned.replaceAll(form, replacement);
    }
    return cleaned.includes(ellipsis) ? this.#cleanCuts(cleaned) : cleaned;
  }

  /** The same for bytes whose encoding is not known; they stay as they are where nothing is found. */
  cleanBytes(bytes: Uint8Array): Uint8Array {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
    const cleaned = this.clean(text);
    return cleaned === text ? bytes : Buffer.from(cleaned, 'latin1');
  }

  #cleanCuts(text: string): string {
    const parts = text.split(ellipsis);
    const last = parts.pop() ?? '';
    return [...parts.map((part) => this.#withoutBeginning(part)), last].join(ellipsis);
  }

  /** The text without the beginning of a secret at its end. */
  #withoutBeginning(text: string): string {
    for (const { form, replacement } of this.#forms) {
      for (let length = Math.min(form.length, text.length); length >= shortestRedactedLength; length--) {
        if (text.endsWith(form.slice(0, length))) return `${text.slice(0, -length)}${replacement}`;
      }
    }
    return text;
  }
}

function formsOf(value: string): Set<string> {
  const bytes = Buffer.from(value, 'utf8');
  const base64 = bytes.toString('base64');
  // A lone surrogate cannot be percent-encoded; it could not have been sent either.
  const percent = encodeURIComponent(bytes.toString('utf8'));
  return new Set([
    value,
    bytes.toString('latin1'),
    percent,
    percent.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    new URLSearchParams({ v: value }).toString().slice(2),
    JSON.stringify(value).slice(1, -1),
    base64,
    base64.replace(/=+$/, ''),
    bytes.toString('base64url'),
  ]);
}
