import { type RawBodyLine, rawBodyLines } from '../webhook/conformance/framework.ts';
import { diagnose } from '../webhook/diagnosis/diagnose.ts';
import { hypotheses } from '../webhook/diagnosis/hypotheses.ts';
import { readHead } from '../webhook/head.ts';
import {
  defaultToleranceSeconds,
  isTimestamp,
  sign,
  type VerifyFailure,
  verifyFailures,
} from '../webhook/signature.ts';
import type { Inspected } from './inspected.ts';
import type { ExpectedSignature, SignatureView } from './model/wire.ts';

/** A secret that verifies deliveries. The value never leaves this process. */
export interface NamedSecret {
  readonly name: string;
  readonly value: string;
}

interface SignatureContext {
  readonly secrets: readonly NamedSecret[];
  /** Signing secrets of other profiles, by profile name. */
  readonly otherSecrets: ReadonlyMap<string, string>;
  /** The framework of the handler, recognized from its answers, or null. */
  readonly framework: string | null;
}

const prefix = 'sha256=';

/** Everything about the signature of a delivery that explains why it is valid or not. */
export function signatureView(inspected: Inspected, context: SignatureContext): SignatureView {
  const { headers, body, isWhole, receivedAt, reason } = inspected;
  const { timestamp, signature } = readHead(headers);
  const hasInputs = isWhole && timestamp !== null && signature !== null;
  const expected = hasInputs ? context.secrets.map((secret) => compared(secret, { timestamp, signature, body })) : [];
  const isAgeKnown = timestamp !== null && isTimestamp(timestamp);
  return {
    timestamp,
    received: signature,
    body_bytes: body.length,
    reason,
    signed_by: expected.find(({ digits, same }) => same === digits.length && same === 64)?.secret ?? null,
    expected,
    age_seconds: isAgeKnown ? Math.floor(receivedAt / 1000) - Number(timestamp) : null,
    tolerance_seconds: defaultToleranceSeconds,
    tries: hasInputs && reason === 'signature_mismatch' ? tried({ timestamp, signature, body }, context) : [],
    hints: hintsFor(inspected, context),
    raw_body: linesFor(context.framework, rawBodyLines),
  };
}

interface Inputs {
  readonly timestamp: string;
  readonly signature: string;
  readonly body: Uint8Array;
}

/**
 * The correct signature up to the first digit that differs, never whole: that would make a forged delivery genuine.
 */
function compared({ name, value }: NamedSecret, { timestamp, signature, body }: Inputs): ExpectedSignature {
  const correct = sign(value, timestamp, body).slice(prefix.length);
  const received = signature.startsWith(prefix) ? signature.slice(prefix.length) : signature;
  let same = 0;
  while (same < correct.length && correct[same] === received[same]) same++;
  return { secret: name, digits: correct.slice(0, same + 1), same };
}

function tried(inputs: Inputs, { secrets, otherSecrets }: SignatureContext): SignatureView['tries'] {
  const values = secrets.map(({ value }) => value);
  return [...hypotheses(inputs, { secrets: values, otherSecrets })].map(({ what, holds }) => ({
    what,
    holds: holds(),
  }));
}

const failures: ReadonlySet<string> = new Set(verifyFailures);

function hintsFor({ headers, body, receivedAt, reason, isWhole }: Inspected, context: SignatureContext) {
  if (reason === null || !failures.has(reason)) return [];
  if (!isWhole && reason === 'signature_mismatch') {
    return ['only the beginning of its body is kept, so the reason is unknown; verified deliveries are kept complete'];
  }
  const secrets = context.secrets.map(({ value }) => value);
  const { otherSecrets } = context;
  return diagnose({ headers, body, receivedAt }, reason as VerifyFailure, { secrets, otherSecrets });
}

function linesFor(detected: string | null, lines: readonly RawBodyLine[]): SignatureView['raw_body'] {
  const all = lines.map(({ framework, line }) => ({ framework, line, is_detected: framework === detected }));
  return all.sort((a, b) => Number(b.is_detected) - Number(a.is_detected));
}
