import { describe, expect, it } from 'vitest';
import { Budget, quotas } from '../../src/api/budget.ts';
import type { HeaderList, HttpResponse } from '../../src/ports/exchange.ts';
import type { SharedLog } from '../../src/ports/store.ts';
import { loneLog } from '../support/api/lone-log.ts';
import { fakeClock } from '../support/fake-clock.ts';

const signal = new AbortController().signal;
const answer = (status = 200, headers: HeaderList = [], body = ''): HttpResponse => ({
  status,
  headers,
  body: Buffer.from(body),
});
const hour = (remaining: number, resetMs: number, limit = 500): HeaderList => [
  ['X-RateLimit-Limit', `${limit}`],
  ['X-RateLimit-Remaining', `${remaining}`],
  ['X-RateLimit-Reset', `${resetMs / 1_000}`],
];

function setUp(log: SharedLog = loneLog(), clock = fakeClock()) {
  const budget = new Budget({ quota: quotas.installation, log, clock, random: () => 0 });
  const waits: number[] = [];
  const enter = (maxWaitMs = 300_000) =>
    budget.enter({ token: 't', maxWaitMs, signal, onWait: (ms) => waits.push(ms) });
  return { budget, clock, waits, enter, startedMs: clock.now() };
}

/** What processes see of each other: one list of lines, each remembering how far it has read. */
function sharedLogs(): () => SharedLog {
  const lines: string[] = [];
  return () => {
    let seen = 0;
    return {
      exchange(line) {
        if (line !== null) lines.push(line);
        const news = lines.slice(seen);
        seen = lines.length;
        return news;
      },
    };
  };
}

describe('a budget', () => {
  it('lets thirty requests go at once and the next one a minute later', async () => {
    const { enter, clock, startedMs } = setUp();
    for (let count = 0; count < 30; count++) (await enter()).answered(answer(200, hour(400, startedMs + 3_600_000)));
    expect(clock.now()).toBe(startedMs);
    await enter();
    expect(clock.now()).toBe(startedMs + 60_000);
  });

  it('reports the remaining wait repeatedly', async () => {
    const { enter, startedMs, waits } = setUp();
    for (let count = 0; count < 30; count++) (await enter()).answered(answer(200, hour(400, startedMs + 3_600_000)));
    await enter();
    expect(waits.slice(0, 3)).toEqual([60_000, 59_000, 58_000]);
    expect(waits.at(-1)).toBe(1_000);
  });

  it('gives up at once when the wait would be longer than allowed', async () => {
    const { enter, clock, startedMs } = setUp();
    (await enter()).answered(answer(200, hour(0, startedMs + 1_800_000)));
    await expect(enter(300_000)).rejects.toMatchObject({ code: 'rate_limited', facts: { retryAfterSeconds: 1_801 } });
    expect(clock.now()).toBe(startedMs);
  });

  it('waits for the reset by the clock of the server', async () => {
    const { enter, clock, startedMs } = setUp();
    const serverNow = startedMs + 7_200_000;
    const date = ['Date', new Date(serverNow).toUTCString()] as const;
    (await enter()).answered(answer(200, [...hour(0, serverNow + 30_000), date]));
    await enter();
    expect(clock.now()).toBe(startedMs + 31_000);
  });

  it('counts nothing where answers carry no limit', async () => {
    const { enter, clock, startedMs } = setUp();
    for (let count = 0; count < 2_000; count++) (await enter()).answered(answer());
    expect(clock.now()).toBe(startedMs);
  });

  it('does not take an error page for a server without limits', async () => {
    const { enter, clock, startedMs } = setUp();
    for (let count = 0; count < 30; count++) (await enter()).answered(answer(502));
    await enter();
    expect(clock.now()).toBe(startedMs + 60_000);
  });

  it('counts again when a server without limits begins to have some', async () => {
    const { enter, clock, startedMs } = setUp();
    (await enter()).answered(answer());
    (await enter()).answered(answer(200, hour(400, startedMs + 3_600_000)));
    for (let count = 0; count < 31; count++) (await enter()).answered(answer(200, hour(400, startedMs + 3_600_000)));
    expect(clock.now()).toBeGreaterThan(startedMs + 59_000);
  });

  it('waits Retry-After after a refusal', async () => {
    const { enter, clock, startedMs } = setUp();
    (await enter()).answered(answer(429, [['Retry-After', '17']], '{"error":"rate_limit_exceeded"}'));
    await enter();
    expect(clock.now()).toBe(startedMs + 17_000);
  });

  it('waits longer with every refusal in a row, whatever Retry-After says', async () => {
    const { enter, clock } = setUp();
    const pauses: number[] = [];
    for (let count = 0; count < 4; count++) {
      const before = clock.now();
      (await enter()).answered(answer(429, [['Retry-After', '0']], '{"error":"rate_limit_exceeded"}'));
      pauses.push(clock.now() - before);
    }
    expect(pauses).toEqual([0, 1_000, 2_000, 4_000]);
  });

  it('waits if the server asks for it, even where it does not count', async () => {
    const { enter, clock, startedMs } = setUp();
    (await enter()).answered(answer());
    (await enter()).answered(answer(429, [['Retry-After', '5']], '{"error":"rate_limit_exceeded"}'));
    await enter();
    expect(clock.now()).toBe(startedMs + 5_000);
  });

  it('after too many at once, continues when one of its own has ended', async () => {
    const { enter, waits, clock } = setUp();
    const first = await enter();
    const second = await enter();
    second.answered(answer(429, [], '{"error":"concurrent_limit_exceeded"}'));
    setImmediate(() => first.failed());
    // The clock of the test jumps; real time has to pass for the first request to end.
    const { sleep } = clock;
    clock.sleep = async (ms, aborted) => {
      await new Promise(setImmediate);
      return sleep(ms, aborted);
    };
    await enter();
    expect(waits.length).toBeGreaterThan(0);
  });

  it('after too many at once of others, waits a little', async () => {
    const { enter, clock, startedMs } = setUp();
    (await enter()).answered(answer(429, [], '{"error":"concurrent_limit_exceeded"}'));
    await enter();
    expect(clock.now()).toBe(startedMs + 500);
  });

  it('stops waiting when it is interrupted', async () => {
    const { budget, startedMs, enter } = setUp();
    (await enter()).answered(answer(200, hour(0, startedMs + 60_000)));
    const abort = new AbortController();
    const waiting = budget.enter({
      token: 't',
      maxWaitMs: 300_000,
      signal: abort.signal,
      onWait: () => abort.abort('SIGINT'),
    });
    await expect(waiting).rejects.toBe('SIGINT');
  });
});

describe('budgets of one login', () => {
  it('share the minute', async () => {
    const open = sharedLogs();
    const clock = fakeClock();
    const startedMs = clock.now();
    const budgets = Array.from({ length: 10 }, () => setUp(open(), clock));
    for (let round = 0; round < 3; round++) {
      for (const { enter } of budgets) (await enter()).answered(answer(200, hour(400, startedMs + 3_600_000)));
    }
    expect(clock.now()).toBe(startedMs);
    await expect(budgets[4]?.enter(30_000)).rejects.toMatchObject({ code: 'rate_limited' });
  });

  it('share the number under way', async () => {
    const open = sharedLogs();
    const clock = fakeClock();
    const [a, b] = [setUp(open(), clock), setUp(open(), clock)];
    for (let count = 0; count < 2; count++) await a.enter();
    for (let count = 0; count < 2; count++) await b.enter();
    await expect(a.enter(100)).rejects.toMatchObject({ code: 'rate_limited' });
  });

  it('withdraw a claim that came too late, so that it keeps nobody waiting', async () => {
    const clock = fakeClock();
    const lines: string[] = [];
    let seen = 0;
    const log: SharedLog = {
      exchange(line) {
        // Four others are quicker, between the look and the claim.
        if (line?.startsWith('+') && lines.length === 0) {
          for (let other = 0; other < 4; other++) lines.push(`+ other${other} ${clock.now()}`);
        }
        if (line !== null) lines.push(line);
        const news = lines.slice(seen);
        seen = lines.length;
        return news;
      },
    };
    await expect(setUp(log, clock).enter(100)).rejects.toMatchObject({ code: 'rate_limited' });
    const [, id = ''] = lines.find((line) => line.startsWith('+ ') && !line.includes('other'))?.split(' ') ?? [];
    expect(lines).toContain(`x ${id}`);
  });

  it('share what the server said', async () => {
    const open = sharedLogs();
    const clock = fakeClock();
    const [a, b] = [setUp(open(), clock), setUp(open(), clock)];
    (await a.enter()).answered(answer(429, [['Retry-After', '40']], '{"error":"rate_limit_exceeded"}'));
    await expect(b.enter(30_000)).rejects.toMatchObject({ code: 'rate_limited', facts: { retryAfterSeconds: 40 } });
  });

  it('share that there is no limit', async () => {
    const open = sharedLogs();
    const clock = fakeClock();
    const startedMs = clock.now();
    (await setUp(open(), clock).enter()).answered(answer());
    for (let count = 0; count < 100; count++) (await setUp(open(), clock).enter()).answered(answer());
    expect(clock.now()).toBe(startedMs);
  });
});
