import { describe, expect, it } from 'vitest';
import { type Outcome, pauseBeforeRetry, withRetries } from '../../src/api/retry.ts';
import { HttpFailure, type HttpFailureKind } from '../../src/http/failure.ts';
import type { HeaderList, HttpResponse } from '../../src/ports/exchange.ts';
import { fakeClock } from '../support/fake-clock.ts';

const answer = (status: number, headers: HeaderList = []): HttpResponse => ({
  status,
  headers,
  body: new Uint8Array(),
});
const lost = (kind: HttpFailureKind, isUnsent = false) => new HttpFailure(kind, 'api.test:443', isUnsent);
const first = { tries: 1, spentMs: 0, isRepeatable: true, now: 0, random: 0.5 };

describe('after a try', () => {
  it.each<[string, Outcome]>([
    ['500', answer(500)],
    ['502', answer(502)],
    ['503', answer(503)],
    ['504', answer(504)],
    ['a cut body', lost('reset')],
    ['a timeout', lost('timeout')],
    ['no connection in time', lost('connect_timeout', true)],
    ['a refused connection', lost('refused', true)],
    ['an unreachable host', lost('unreachable', true)],
    ['an unknown host name', lost('dns', true)],
  ])('that ended with %s there is another', (_name, outcome) => {
    expect(pauseBeforeRetry({ ...first, outcome })).not.toBeNull();
  });

  it.each<[string, Outcome]>([
    ['200', answer(200)],
    ['400', answer(400)],
    ['401', answer(401)],
    ['403', answer(403)],
    ['404', answer(404)],
    ['408', answer(408)],
    ['501', answer(501)],
    ['a certificate that is not trusted', lost('tls')],
    ['something that is not HTTP', lost('malformed')],
    ['an answer too large', lost('too_large')],
    ['an interrupt', lost('aborted')],
  ])('that ended with %s there is none', (_name, outcome) => {
    expect(pauseBeforeRetry({ ...first, outcome })).toBeNull();
  });

  it('a POST is sent again only when it is proven that nothing was sent', () => {
    const post = { ...first, isRepeatable: false };
    expect(pauseBeforeRetry({ ...post, outcome: lost('refused', true) })).not.toBeNull();
    expect(pauseBeforeRetry({ ...post, outcome: lost('reset') })).toBeNull();
    expect(pauseBeforeRetry({ ...post, outcome: answer(503) })).toBeNull();
  });

  it.each([
    [1, 400],
    [2, 800],
    [3, 1_600],
    [5, 6_400],
  ])('the pause after %i is anything up to %i ms', (tries, mostMs) => {
    const pause = (random: number) => pauseBeforeRetry({ ...first, outcome: answer(500), tries, random });
    expect(pause(0)).toBe(0);
    expect(pause(0.5)).toBe(mostMs / 2);
  });

  it('Retry-After is what the pause lasts', () => {
    expect(pauseBeforeRetry({ ...first, outcome: answer(503, [['Retry-After', '12']]) })).toBe(12_000);
  });

  it('a Retry-After past the deadline ends the call at once', () => {
    expect(pauseBeforeRetry({ ...first, outcome: answer(503, [['Retry-After', '60']]) })).toBeNull();
    expect(pauseBeforeRetry({ ...first, spentMs: 50_000, outcome: answer(503, [['Retry-After', '12']]) })).toBeNull();
  });

  it('a Retry-After of zero does not allow hammering', () => {
    expect(pauseBeforeRetry({ ...first, outcome: answer(503, [['Retry-After', '0']]) })).toBe(200);
  });

  it('a host that refuses is tried three times, one that answers six', () => {
    expect(pauseBeforeRetry({ ...first, tries: 3, outcome: lost('refused', true) })).toBeNull();
    expect(pauseBeforeRetry({ ...first, tries: 5, outcome: answer(500) })).not.toBeNull();
    expect(pauseBeforeRetry({ ...first, tries: 6, outcome: answer(500) })).toBeNull();
  });
});

describe('the loop', () => {
  const options = (clock = fakeClock(), signal = new AbortController().signal) => ({
    isRepeatable: true,
    clock,
    random: () => 0.5,
    signal,
  });
  const admit = async () => 'permit';

  it('ends with the first answer that needs no retry', async () => {
    const outcomes: Outcome[] = [answer(500), lost('reset'), answer(200)];
    const send = async () => {
      const outcome = outcomes.shift() as Outcome;
      if (outcome instanceof Error) throw outcome;
      return outcome;
    };
    expect(await withRetries(options(), admit, send)).toEqual({ outcome: answer(200), tries: 3 });
  });

  it('gives a try 30 s, and less where the deadline of 60 s is nearer', async () => {
    const clock = fakeClock();
    const timeouts: number[] = [];
    const send = async (_permit: string, timeoutMs: number) => {
      timeouts.push(timeoutMs);
      clock.advance(timeoutMs);
      throw lost('timeout');
    };
    const { outcome } = await withRetries(options(clock), admit, send);
    expect(outcome).toBeInstanceOf(HttpFailure);
    expect(timeouts).toEqual([30_000, 29_800]);
  });

  it('asks for admission again after a refusal, without counting a try', async () => {
    const seen: (Outcome | null)[] = [];
    const outcomes = [answer(429), answer(200)];
    const { tries } = await withRetries(
      options(),
      async (last) => {
        seen.push(last);
        return 'permit';
      },
      async () => outcomes.shift() as HttpResponse,
    );
    expect(seen).toEqual([null, answer(429)]);
    expect(tries).toBe(1);
  });

  it('returns the refusal when another request is not allowed', async () => {
    const permits = ['permit', null];
    const { outcome } = await withRetries(
      options(),
      async () => permits.shift() ?? null,
      async () => answer(429),
    );
    expect(outcome).toEqual(answer(429));
  });

  it('stops in the middle of a pause when it is interrupted', async () => {
    const abort = new AbortController();
    const tries = withRetries(
      { ...options(fakeClock(), abort.signal), onRetry: () => abort.abort('SIGINT') },
      admit,
      async () => answer(500),
    );
    await expect(tries).rejects.toBe('SIGINT');
  });

  it('does not take a defect for a lost connection', async () => {
    const send = async () => {
      throw new TypeError('defect');
    };
    await expect(withRetries(options(), admit, send)).rejects.toThrow('defect');
  });
});
