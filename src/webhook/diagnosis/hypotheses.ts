import { createHmac } from 'node:crypto';
import { rewrites } from './rewrites.ts';

/** What is known besides the delivery. */
export interface HypothesisContext {
  /** The ones used to verify the delivery: the current one first. */
  readonly secrets: readonly string[];
  /** Signing secrets of other profiles, by profile name. */
  readonly otherSecrets: ReadonlyMap<string, string>;
}

/** One explanation of a signature that does not match, and a way to test it. */
interface Hypothesis {
  /** The assumption, as a noun phrase: `the secret of profile "staging"`. */
  readonly what: string;
  /** The meaning for the user if it is true, one sentence. */
  readonly meaning: string;
  /** Whether the signature follows from it. Costs at most two HMACs over the body. */
  readonly holds: () => boolean;
}

/**
 * What may explain a signature that does not match, the most likely first.
 *
 * @param signature  header text
 * @param timestamp  header text
 */
export function* hypotheses(
  { signature, timestamp, body }: { readonly signature: string; readonly timestamp: string; readonly body: Uint8Array },
  { secrets, otherSecrets }: HypothesisContext,
): Generator<Hypothesis, void, void> {
  const isSigned = (key: string | Uint8Array, bytes: Uint8Array) => digest(key, `${timestamp}.`, bytes) === signature;

  for (const [profile, secret] of otherSecrets) {
    yield {
      what: `the secret of profile "${profile}"`,
      meaning: `it was signed with the secret of profile "${profile}": add -p ${profile}, or set that secret here`,
      holds: () => isSigned(secret, body),
    };
  }
  for (const [how, variant] of secretVariants) {
    const keys = secrets.map((secret) => variant(secret)).filter((key) => key !== null);
    // Only variants that differ from the secret are of use.
    if (keys.length === 0) continue;
    yield {
      what: `the configured secret, used ${how}`,
      meaning: `it matches when the configured secret is used ${how}`,
      holds: () => keys.some((key) => isSigned(key, body)),
    };
  }
  for (const { what, body: form } of rewrites(body)) {
    yield {
      what,
      meaning: `the secret is correct, but the body was changed on the way: the signature is of ${what}`,
      holds: () => secrets.some((secret) => isSigned(secret, form)),
    };
  }
  yield {
    what: 'the body alone, without timestamp and dot',
    meaning: 'the sender left out the timestamp: sign the timestamp, a dot, and the body',
    holds: () => secrets.some((secret) => digest(secret, '', body) === signature),
  };
}

function digest(key: string | Uint8Array, prefix: string, body: Uint8Array): string {
  return `sha256=${createHmac('sha256', key).update(prefix).update(body).digest('hex')}`;
}

/** Common damage to a secret between a dashboard and an environment variable; null where it changes nothing. */
const secretVariants: readonly (readonly [how: string, variant: (secret: string) => string | Uint8Array | null])[] = [
  ['without the white space around it', (secret) => changed(secret, secret.trim())],
  ['without the quotes around it', (secret) => changed(secret, secret.trim().replace(/^(["'])(.*)\1$/s, '$2'))],
  ['with a line break after it', (secret) => `${secret}\n`],
  ['without the "whsec_" in front of it', (secret) => changed(secret, secret.replace(/^whsec_/, ''))],
  ['decoded from base64', (secret) => fromBase64(secret)],
  ['without its "whsec_", decoded from base64', (secret) => (isPrefixed(secret) ? fromBase64(secret.slice(6)) : null)],
];

const isPrefixed = (secret: string): boolean => secret.startsWith('whsec_');

function changed(secret: string, variant: string): string | null {
  return variant === secret || variant === '' ? null : variant;
}

function fromBase64(text: string): Uint8Array | null {
  return /^[A-Za-z0-9+/_-]{16,}={0,2}$/.test(text) ? Buffer.from(text, 'base64') : null;
}
