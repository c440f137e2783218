import { randomUUID } from 'node:crypto';
import { isSuccess } from '../../http/status.ts';
import type { Answer } from './answer.ts';
import type { Bench } from './bench.ts';
import type { CaseResult } from './case.ts';
import { type Framework, frameworkOf, rawBodyLine } from './framework.ts';
import { allProbes, formProbes, type Probe } from './probes.ts';

/** A mistake and its fix. Both are clauses. */
export interface Explanation {
  readonly mistake: string;
  readonly fix: string;
}

/** Statuses by which a handler judges a delivery, or crashes on it; others come from routers and gateways. */
const judging: ReadonlySet<number> = new Set([400, 401, 403, 406, 409, 412, 418, 422, 500]);

/** A handler that takes longer per delivery is not probed dozens of times. */
const slowMs = 1_000;

/**
 * Why a plain valid delivery was not acknowledged: sends deliveries that only a handler with one certain mistake
 * accepts, and names the mistake whose delivery is. Null when no mistake explains it.
 */
export async function explainRefusal(answer: Answer, bench: Bench): Promise<Explanation | null> {
  if (answer.isFront || answer.status === null || !judging.has(answer.status)) return null;
  if (answer.latencyMs > slowMs) return null;
  const framework = frameworkOf(answer);
  return (
    (await firstAccepted(allProbes(bench, framework), framework, bench)) ??
    (await explainCrash(answer, framework, bench))
  );
}

/** Failures of a handler that verifies re-serialized JSON but accepts the compact form. */
const rewriting: ReadonlySet<string> = new Set(['valid-pretty', 'valid-escapes', 'tampered-space']);

/** Which mistake explains several failures of a handler that acknowledges plain deliveries; null when none does. */
export async function explainFailures(results: readonly CaseResult[], bench: Bench): Promise<Explanation | null> {
  const failures = results.filter(({ outcome }) => outcome === 'fail');
  const failed = new Set(failures.map(({ test }) => test.id));
  const accepted = new Set(
    failures.filter(({ answer }) => isSuccess(answer?.status ?? null)).map(({ test }) => test.id),
  );
  if (['wrong-secret', 'tampered-byte', 'altered-signature'].every((id) => accepted.has(id))) {
    return {
      mistake: 'the handler does not verify signatures: it accepted forged deliveries',
      fix: 'compute the HMAC of each delivery and answer 401 when it differs from the header',
    };
  }
  if (![...failed].some((id) => rewriting.has(id))) return null;
  const answer = results.find(({ test }) => failed.has(test.id))?.answer;
  const framework = answer === undefined ? null : frameworkOf(answer);
  return firstAccepted(formProbes(framework), framework, bench);
}

/** The probes of a known framework's language come first: libraries of others may write the same form. */
async function firstAccepted(
  probes: readonly Probe[],
  framework: Framework | null,
  bench: Bench,
): Promise<Explanation | null> {
  const isLikely = ({ languages }: Probe) => framework !== null && languages.includes(framework.language);
  const ordered = [...probes.filter(isLikely), ...probes.filter((probe) => !isLikely(probe))];
  for (const { mistake, fix, languages, make } of ordered) {
    const answer = await bench.sendOnce(make(bench));
    if (answer.status === 429) return null;
    if (isSuccess(answer.status)) return { mistake, fix: fix ?? rawBodyFix(framework, languages) };
  }
  return null;
}

function rawBodyFix(framework: Framework | null, languages: Probe['languages']): string {
  return ['verify the raw request bytes', rawBodyLine(framework, languages)].filter((part) => part !== null).join('; ');
}

/** The error of Node's crypto for a parsed object instead of bytes. */
const objectHashed = /received an instance of Object|must be of type string or an instance of Buffer/i;

/**
 * A JSON parser that runs first refuses what is not JSON with 400 before the handler sees it, while anything that is
 * JSON makes the handler crash.
 */
async function explainCrash(answer: Answer, framework: Framework | null, bench: Bench): Promise<Explanation | null> {
  if (answer.status !== 500) return null;
  const forged = bench.make({ text: 'not json', deliveryId: randomUUID(), signature: `sha256=${'0'.repeat(64)}` });
  const isParsedFirst = (await bench.sendOnce(forged)).status === 400;
  if (!isParsedFirst && !objectHashed.test(answer.says)) return null;
  const isExpress = framework?.name === 'Express';
  return {
    mistake: isExpress
      ? 'express.json() runs before express.raw(), so the handler gets a parsed object instead of bytes'
      : 'a JSON parser runs before the handler, so it gets a parsed object instead of bytes',
    fix: rawBodyFix(framework, framework === null && objectHashed.test(answer.says) ? ['JavaScript'] : []),
  };
}
