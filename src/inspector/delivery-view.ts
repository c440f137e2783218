import { asBuffer } from '../text/bytes.ts';
import { frameworkOf } from '../webhook/conformance/framework.ts';
import { voucherIn } from '../webhook/file-key.ts';
import { maskedUrl } from '../webhook/masked-url.ts';
import type { Posted } from '../webhook/sending/post.ts';
import type { Inspected } from './inspected.ts';
import type { AnswerView, DeliveryView } from './model/wire.ts';
import { type NamedSecret, signatureView } from './signature-view.ts';

/** The limit for the body of an answer. */
const shownAnswerBytes = 64 * 1024;

/** What the views need besides a delivery. */
export interface ViewContext {
  readonly secrets: () => readonly NamedSecret[];
  /** Signing secrets of other profiles; read only when a signature does not match. */
  readonly otherSecrets: () => Promise<ReadonlyMap<string, string>>;
  /** What to try about a handler's answer, or null. */
  readonly hintFor: (posted: Posted) => string | null;
}

const scrubbedNote =
  'it was scrubbed: a valid signature says that it was not changed by accident since, not that Revento sent it';

/** The details of one delivery that its line does not have. */
export async function deliveryView(id: number, inspected: Inspected, context: ViewContext): Promise<DeliveryView> {
  const { posted, isWhole, reason, scrubbed } = inspected;
  const own = context.secrets();
  const secrets = scrubbed === null ? own : [{ name: 'key of the file', value: scrubbed.fileKey }];
  const isOthers = reason === 'signature_mismatch' && scrubbed === null;
  const otherSecrets = isOthers ? await context.otherSecrets() : new Map<string, string>();
  const signature = signatureView(inspected, { secrets, otherSecrets, framework: frameworkIn(posted) });
  return {
    id,
    is_whole: isWhole,
    signature: scrubbed === null ? signature : { ...signature, hints: [scrubbedNote, ...signature.hints] },
    answers: posted.map((one) => answerView(one, context)),
    cannot_replay: isWhole ? null : 'Only the beginning of its body is kept.',
    cannot_resign: whyNotSigned(inspected, signature.signed_by, own),
  };
}

/**
 * Why a delivery must not be signed again, or null. Anybody can send an unverified delivery, and a recording can claim
 * anything: signing it with the real secret would make it genuine.
 */
function whyNotSigned(
  { isWhole, reason, scrubbed }: Inspected,
  signedBy: string | null,
  secrets: readonly NamedSecret[],
): string | null {
  if (!isWhole) return 'Only the beginning of its body is kept.';
  if (reason !== null) return 'It failed verification: signing it again would make a forged delivery genuine.';
  if (scrubbed?.isChecked === false) return 'Its signature was not checked when it was scrubbed: it may be forged.';
  if (scrubbed !== null && secrets.length === 0) return 'Signing needs a signing secret: set webhook_secret.';
  if (signedBy === null) return 'It was not signed with a secret that is configured here.';
  const values = secrets.map(({ value }) => value);
  const isVouched = scrubbed === null || voucherIn(scrubbed, values) !== null;
  return isVouched ? null : 'It was scrubbed without a secret that is configured here: it may be forged.';
}

function frameworkIn(posted: readonly Posted[]): string | null {
  for (const { response } of posted) {
    if (response === null) continue;
    const found = frameworkOf({ headers: response.headers });
    if (found !== null) return found.name;
  }
  return null;
}

/** A handler's answer; its body as text if it is UTF-8, cut to so many bytes. */
export function answerView(
  posted: Posted,
  { hintFor }: Pick<ViewContext, 'hintFor'>,
  mostBytes = shownAnswerBytes,
): AnswerView {
  const { url, status, latencyMs, error, failure, response } = posted;
  const body = asBuffer(response?.body ?? new Uint8Array());
  const shown = body.subarray(0, Math.min(mostBytes, shownAnswerBytes));
  const isCut = body.length > shown.length;
  return {
    url: maskedUrl(url),
    status,
    latency_ms: latencyMs,
    error,
    hint: hintFor(posted) ?? failure?.message ?? null,
    headers: response?.headers ?? [],
    body: textOf(shown, isCut),
    body_bytes: body.length,
    is_body_cut: isCut,
  };
}

/** UTF-8 as text; null for other bytes. A character that the cut split is left out. */
function textOf(bytes: Uint8Array, isCut: boolean): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: isCut });
  } catch {
    return null;
  }
}
