import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { headerOf } from '../../../src/http/headers.ts';
import type { Json } from '../../../src/json/value.ts';
import type { HttpRequest } from '../../../src/ports/exchange.ts';
import { effectCases } from '../../../src/webhook/effects/cases.ts';
import { type FakeClock, fakeClock } from '../../support/fake-clock.ts';
import { outcomesOf, secret } from '../../support/webhook/effects/effect-outcomes.ts';

it.each([0, 300, 900, 2_500, 6_000])(
  'a handler passes that remembers its deliveries and sends a mail %i ms after its work',
  async (mailAfterMs) => {
    const ids = ['effect-plain', 'effect-twice', 'effect-at-once', 'effect-lost-answer'];
    const known = new Set<string | null>();
    const mailsAt: number[] = [];
    const outcomes = await outcomesOf(
      ids,
      (delivery, clock) => {
        const id = headerOf(delivery, 'x-revento-delivery-id');
        if (!known.has(id)) mailsAt.push(clock.now() + mailAfterMs);
        known.add(id);
      },
      (clock) => ({ rows: known.size, mails: mailsAt.filter((at) => at <= clock.now()).length }),
    );
    expect(outcomes).toEqual(ids.map((id) => `${id} pass`));
  },
);

it('a handler passes whose first delivery adds what later ones are counted in', async () => {
  const events = new Map<string, readonly string[]>();
  const outcomes = await outcomesOf(
    ['effect-plain', 'effect-twice'],
    (delivery) => {
      const id = headerOf(delivery, 'x-revento-delivery-id') ?? '';
      const known = events.get('e') ?? [];
      if (!known.includes(id)) events.set('e', [...known, id]);
    },
    () => Object.fromEntries(events) as Json,
  );
  expect(outcomes).toEqual(['effect-plain pass', 'effect-twice pass']);
});

it.each([
  ['whose deliveries never change the same', [1, 3, 6], 'first +1, then +2, then +3'],
  ['that works its first delivery alone', [1], 'first +1, then no change, then no change'],
])('a handler is not judged %s', async (_, counts, changes) => {
  let worked = 0;
  const [outcome] = await outcomesOf(
    ['effect-plain'],
    () => {
      worked++;
    },
    () => (worked === 0 ? 0 : (counts[worked - 1] ?? counts.at(-1) ?? 0)),
  );
  expect(outcome).toBe(`effect-plain skip: plain deliveries did not change the same: ${changes}`);
});

it('a handler is not judged by an effect that came from elsewhere at that moment', async () => {
  const known = new Set<string | null>();
  let count = 0;
  const outcomes = await outcomesOf(
    ['effect-plain', 'effect-twice'],
    (delivery) => {
      known.add(headerOf(delivery, 'x-revento-delivery-id'));
      // The second one of the delivery that is sent twice, after the two plain ones.
      if (++count === 4) known.add('somebody else');
    },
    () => known.size,
  );
  expect(outcomes).toEqual([
    'effect-plain pass',
    'effect-twice skip: it took effect twice: +2, where one delivery means +1; but not when it was repeated: did something else change the effects?',
  ]);
});

it('a handler that loses a delivery after a failure fails, although unusable data has the effect of one', async () => {
  const known = new Set<string | null>();
  let [count, status] = [0, 200];
  const work = (request: HttpRequest) => {
    const id = headerOf(request, 'x-revento-delivery-id');
    const { data } = JSON.parse(Buffer.from(request.body).toString());
    const isUsable = data === null || data.id !== undefined;
    if (!known.has(id) && isUsable) count++;
    status = known.has(id) || isUsable ? 200 : 500;
    known.add(id);
  };
  const [read, answered] = [() => count, () => status];
  const [, retried] = await outcomesOf(['effect-plain', 'effect-after-500'], work, read, answered);
  expect(retried).toMatch(/^effect-after-500 fail: after HTTP 500 it took no effect: no change/);
});

describe('a handler that works each delivery for three seconds', () => {
  const all = effectCases.map(({ id }) => id);

  /** The cases that it fails, and how long they take by the clock. */
  const judge = async ({ isSerial = false, mistake = '' }) => {
    const clock = fakeClock();
    const known = new Set<string | null>();
    const jobs: { readonly at: number; readonly work: () => void }[] = [];
    const mails: string[] = [];
    const outcomes = await outcomesOf(
      all,
      (request) => {
        const { type, data } = JSON.parse(Buffer.from(request.body).toString());
        const id = headerOf(request, 'x-revento-delivery-id');
        if (!isGenuine(request, clock) && mistake !== 'works forged ones') return;
        if (known.has(id) && mistake !== 'works repeats') return;
        known.add(id);
        const from = isSerial ? Math.max(clock.now(), ...jobs.map(({ at }) => at)) : clock.now();
        jobs.push({
          at: from + 3_000,
          work: () => {
            if (type === 'application.approved' && data?.id !== undefined) mails.push(data.id);
          },
        });
      },
      () => {
        const due = jobs.filter(({ at }) => at <= clock.now());
        for (const job of due) {
          jobs.splice(jobs.indexOf(job), 1);
          job.work();
        }
        return mails.length;
      },
      () => 200,
      clock,
    );
    return {
      failed: outcomes.filter((one) => !/ (pass|warn)/.test(one)).map((one) => one.replace(/:.*/, '')),
      seconds: clock.monotonic() / 1000,
    };
  };

  it('takes about two minutes', async () => {
    const { failed, seconds } = await judge({});
    expect(failed).toEqual([]);
    expect(seconds).toBeLessThan(125);
  });

  it('passes, too, when it works one after the other', async () => {
    expect(await judge({ isSerial: true })).toMatchObject({ failed: [] });
  });

  it.each([
    ['works repeats', ['effect-twice fail', 'effect-at-once fail', 'effect-lost-answer fail']],
    ['works forged ones', ['effect-forged fail', 'effect-wrong-secret fail', 'effect-stale fail']],
  ])('fails its cases and no other when it %s', async (mistake, failed) => {
    expect(await judge({ mistake })).toMatchObject({ failed });
    expect(await judge({ mistake, isSerial: true })).toMatchObject({ failed });
  });
});

function isGenuine(request: HttpRequest, clock: FakeClock): boolean {
  const timestamp = headerOf(request, 'x-revento-timestamp') ?? '';
  const signature = createHmac('sha256', secret).update(`${timestamp}.`).update(request.body).digest('hex');
  const isFresh = Math.abs(clock.now() / 1000 - Number(timestamp)) <= 300;
  return isFresh && headerOf(request, 'x-revento-signature') === `sha256=${signature}`;
}

describe('a race that goes wrong', () => {
  /** A handler with a memory, which works twice for the deliveries whose turn it is. */
  const racing = (
    ids: readonly string[],
    isLost: (delivery: number) => boolean,
    { lagMs = 0, status = () => 200 }: { lagMs?: number; status?: (deliveries: number) => number } = {},
  ) => {
    const known = new Set<string | null>();
    const workedAt: number[] = [];
    let deliveries = 0;
    return outcomesOf(
      ids,
      (request, clock) => {
        const id = headerOf(request, 'x-revento-delivery-id');
        const at = clock.now() + lagMs;
        if (!known.has(id)) workedAt.push(...(isLost(++deliveries) ? [at, at] : [at]));
        known.add(id);
      },
      (clock) => workedAt.filter((at) => at <= clock.now()).length,
      () => status(deliveries),
    );
  };

  it.each([
    ['effect-at-once', 0, 'twice: +2'],
    ['effect-lost-answer', 0, 'twice: +2'],
    ['effect-at-once', 3_000, 'twice: +2'],
    ['effect-lost-answer', 3_000, 'twice: +2'],
  ])('once is a failure in %s, with how often, after %i ms', async (id, lagMs, got) => {
    const outcomes = await racing(['effect-plain', id], (delivery) => delivery === 4, { lagMs });
    expect(outcomes).toEqual([
      'effect-plain pass',
      `${id} fail: it took effect ${got}, where one delivery means +1; in 1 of 4 runs`,
    ]);
  });

  it.each(['effect-at-once', 'effect-lost-answer'])(
    'is a failure in %s although a later delivery is lost, which makes up for it in a sum',
    async (id) => {
      const known = new Set<string | null>();
      const workedAt: number[] = [];
      const outcomes = await outcomesOf(
        ['effect-plain', id],
        (request, clock) => {
          const delivery = headerOf(request, 'x-revento-delivery-id');
          const at = clock.now() + 3_000;
          if (known.has(delivery)) return;
          known.add(delivery);
          // After two plain ones; the one between them tells whether the effects change on their own.
          if (known.size === 3) workedAt.push(at, at);
          else if (known.size !== 5) workedAt.push(at);
        },
        (clock) => workedAt.filter((at) => at <= clock.now()).length,
      );
      expect(outcomes).toEqual([
        'effect-plain pass',
        `${id} fail: it took effect twice: +2, where one delivery means +1`,
      ]);
    },
  );

  it.each([0, 3_000])('is a failure although the handler answers 500 from then on, after %i ms', async (lagMs) => {
    const outcomes = await racing(['effect-plain', 'effect-at-once'], (delivery) => delivery === 3, {
      lagMs,
      // The two plain ones, the one that is lost, and the next are acknowledged.
      status: (deliveries) => (deliveries > 4 ? 500 : 200),
    });
    expect(outcomes).toEqual([
      'effect-plain pass',
      'effect-at-once fail: it took effect twice: +2, where one delivery means +1',
    ]);
  });

  it('is not judged when the effects change without a delivery from then on', async () => {
    const known = new Set<string | null>();
    let extra = 0;
    const outcomes = await outcomesOf(
      ['effect-plain', 'effect-at-once'],
      (request) => {
        const id = headerOf(request, 'x-revento-delivery-id');
        if (!known.has(id) && known.size === 2) extra++;
        known.add(id);
      },
      () => (known.size > 4 ? known.size + extra++ : known.size + extra),
    );
    expect(outcomes).toEqual(['effect-plain pass', 'effect-at-once skip: the effects keep changing']);
  });

  it('now and then is a failure', async () => {
    // Two plain deliveries, a pair that is lost, the control, and then every fourth pair.
    const outcomes = await racing(
      ['effect-plain', 'effect-at-once'],
      (delivery) => delivery >= 3 && delivery % 4 === 3,
    );
    expect(outcomes).toEqual([
      'effect-plain pass',
      'effect-at-once fail: it took effect twice: +2, where one delivery means +1',
    ]);
  });
});

describe('of two events of one application, the older one last,', () => {
  interface State {
    readonly status: string;
    readonly at: string;
  }

  /** Sends a mail for each event that it heeds. */
  const judge = async (isHeeded: (event: State, known: State | undefined) => boolean) => {
    const states = new Map<string, State>();
    let mails = 0;
    return outcomesOf(
      ['effect-plain', 'effect-older-event'],
      ({ body }) => {
        const { data, occurred_at: at } = JSON.parse(Buffer.from(body).toString());
        const event = { status: data.status, at };
        if (!isHeeded(event, states.get(data.id))) return;
        states.set(data.id, event);
        mails++;
      },
      () => ({ mails, approved: [...states.values()].filter(({ status }) => status === 'approved').length }),
    );
  };

  it('a handler may ignore the older one', async () => {
    expect(await judge((event, known) => known === undefined || event.at > known.at)).toEqual([
      'effect-plain pass',
      'effect-older-event pass',
    ]);
  });

  it('a handler must not keep the older one', async () => {
    expect(await judge(() => true)).toEqual([
      'effect-plain pass',
      'effect-older-event fail: in order mails +2, approved +1, in reverse mails +2',
    ]);
  });
});
