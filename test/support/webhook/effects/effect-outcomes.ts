import type { Json } from '../../../../src/json/value.ts';
import type { Exchange, HttpRequest } from '../../../../src/ports/exchange.ts';
import { runCases } from '../../../../src/webhook/conformance/run.ts';
import { casesWith, effectCases } from '../../../../src/webhook/effects/cases.ts';
import { Effects } from '../../../../src/webhook/effects/effects.ts';
import { type FakeClock, fakeClock } from '../../fake-clock.ts';
import { newSecret } from '../delivery.ts';

const signal = new AbortController().signal;

/** What its deliveries are signed with. */
export const secret = newSecret();

/** What each case of `webhook check --effects` finds about a handler in memory that answers 200. */
export async function outcomesOf(
  ids: readonly string[],
  work: (delivery: HttpRequest, clock: FakeClock) => void,
  read: (clock: FakeClock) => Json,
  status: () => number = () => 200,
  clock = fakeClock(),
): Promise<string[]> {
  const exchange: Exchange = async (request) => {
    clock.advance(5);
    work(request, clock);
    return { status: status(), headers: [], body: new Uint8Array() };
  };
  const cases = casesWith(
    new Effects({ read: async () => read(clock), clock, signal, limitMs: 10_000 }),
    effectCases.filter(({ id }) => ids.includes(id)),
  );
  const secrets = { secret, previousSecret: null };
  const options = { url: 'http://127.0.0.1:3000/', exchange, clock, signal, eventId: 'e', ...secrets };
  const outcomes: string[] = [];
  for await (const { test, outcome, got } of runCases(cases, options))
    outcomes.push(`${test.id} ${outcome}${outcome === 'pass' ? '' : `: ${got}`}`);
  return outcomes;
}
