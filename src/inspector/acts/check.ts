import type { Clock } from '../../ports/clock.ts';
import type { Exchange } from '../../ports/exchange.ts';
import { conformanceCases, isAlwaysRun } from '../../webhook/conformance/cases.ts';
import { runCases } from '../../webhook/conformance/run.ts';
import type { CaseView, CheckEnd } from '../model/wire.ts';
import type { NamedSecret } from '../signature-view.ts';

interface CheckContext {
  readonly url: string;
  /** The current secret first. */
  readonly secrets: readonly NamedSecret[];
  readonly exchange: Exchange;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** The cases that can run with these secrets: one of them needs a previous secret. */
export function casesFor(secrets: readonly NamedSecret[]): typeof conformanceCases {
  return secrets.length > 1 ? conformanceCases : conformanceCases.filter(isAlwaysRun);
}

/**
 * Runs the conformance cases against a handler, as server-sent events: a `case` for each result, then one `end`. The
 * handler gets dozens of deliveries, one after the other.
 */
export async function* checkStream(context: CheckContext): AsyncGenerator<Uint8Array, void, void> {
  const { url, secrets, exchange, clock, signal } = context;
  const [current, previous] = secrets;
  if (current === undefined) return;
  const run = runCases(casesFor(secrets), {
    url,
    secret: current.value,
    previousSecret: previous?.value ?? null,
    exchange,
    clock,
    signal,
    eventId: 'evt_test_published',
  });
  try {
    let step = await run.next();
    for (; !step.done; step = await run.next()) {
      const { test, outcome, got, fix, durationMs } = step.value;
      const { id, title, sent, wanted, why } = test;
      const view: CaseView = { id, title, outcome, sent, wanted, got, why, fix, duration_ms: durationMs };
      yield event('case', view);
    }
    const { explanation, notes } = step.value;
    const end: CheckEnd = { cause: explanation?.mistake ?? null, fix: explanation?.fix ?? null, notes };
    yield event('end', end);
  } catch (error) {
    // The page was closed: nobody waits for the rest.
    if (!signal.aborted) throw error;
  }
}

function event(name: string, data: CaseView | CheckEnd): Uint8Array {
  return Buffer.from(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
}
