import { expect, it } from 'vitest';
import { headerOf } from '../../../src/http/headers.ts';
import type { Exchange } from '../../../src/ports/exchange.ts';
import { runCases } from '../../../src/webhook/conformance/run.ts';
import { casesWith, effectCases } from '../../../src/webhook/effects/cases.ts';
import { Effects } from '../../../src/webhook/effects/effects.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { newSecret } from '../../support/webhook/delivery.ts';

const signal = new AbortController().signal;
const ids = ['effect-plain', 'effect-twice', 'effect-at-once', 'effect-lost-answer'];

it.each([0, 300, 900, 2_500, 6_000])(
  'a handler passes that remembers its deliveries and sends a mail %i ms after its work',
  async (mailAfterMs) => {
    const clock = fakeClock();
    const known = new Set<string | null>();
    const mailsAt: number[] = [];
    const exchange: Exchange = async (request) => {
      clock.advance(5);
      const id = headerOf(request, 'x-revento-delivery-id');
      if (!known.has(id)) mailsAt.push(clock.now() + mailAfterMs);
      known.add(id);
      return { status: 200, headers: [], body: new Uint8Array() };
    };
    const read = async () => ({ rows: known.size, mails: mailsAt.filter((at) => at <= clock.now()).length });
    const cases = casesWith(
      new Effects({ read, clock, signal, limitMs: 10_000 }),
      effectCases.filter(({ id }) => ids.includes(id)),
    );
    const url = 'http://127.0.0.1:3000/';
    const secrets = { secret: newSecret(), previousSecret: null };
    const outcomes: string[] = [];
    for await (const { test, outcome, got } of runCases(cases, {
      url,
      exchange,
      clock,
      signal,
      eventId: 'e',
      ...secrets,
    }))
      outcomes.push(`${test.id} ${outcome}${outcome === 'pass' ? '' : `: ${got}`}`);
    expect(outcomes).toEqual(ids.map((id) => `${id} pass`));
  },
);
