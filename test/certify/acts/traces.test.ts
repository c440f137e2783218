import { describe, expect, it } from 'vitest';
import { effectActs, erasureActs } from '../../../src/certify/acts/traces.ts';
import type { HandlerVerdict, Kept, Stage, SyncEnd, Trace } from '../../../src/certify/stage.ts';

describe('the effects', () => {
  const factsOf = async (verdict: Partial<HandlerVerdict>) => {
    const checkEffects = async () => ({ cases: 3, failed: [], skipped: [], untested: [], ...verdict });
    return effectActs[0]?.play({ checkEffects } as unknown as Stage);
  };
  const skipped = [
    { id: 'effect-twice', why: 'it answered 429' },
    { id: 'effect-forged', why: 'other' },
  ];

  it('are not seen when a case was skipped and none failed', async () => {
    expect(await factsOf({ skipped })).toMatchObject({ unseen: 'effects that can be compared: it answered 429' });
  });

  it('are seen when a case failed, and when there was only no occasion for one', async () => {
    expect(await factsOf({ skipped, failed: ['effect-at-once'] })).not.toHaveProperty('unseen');
    expect(await factsOf({ untested: ['effect-after-500'] })).not.toHaveProperty('unseen');
  });
});

describe('the erasure', () => {
  const email: Trace = { shown: 'email of ptp_1 (app.db, line 1)', isSecret: false, eventId: 'evt', isRevoked: false };
  const token: Trace = {
    shown: 'access_token of login 1 (x, line 1)',
    isSecret: true,
    eventId: null,
    isRevoked: false,
  };
  const kept = (more: Partial<Kept>): Kept => ({ traces: [], problem: null, hasFiles: true, ...more });

  interface World {
    readonly before?: Kept;
    /** One after the other; the last one stays. */
    readonly after?: readonly Kept[];
    readonly synced?: SyncEnd;
    readonly leftover?: string;
    readonly deletionMs?: number;
  }

  /** A stage on which a look takes half a second, by a clock that moves with it. */
  async function factsOf({ before = kept({ traces: [email] }), after = [kept({})], ...world }: World) {
    let ms = 0;
    let looks = 0;
    const { synced = 'done', leftover = '', deletionMs = 5_000 } = world;
    const stage = {
      ...{ eventId: 'evt', deletionMs, leftover },
      sync: async () => synced,
      ask: async () => ({}),
      settled: async () => {},
      forgetLogin: () => {},
      now: () => ms,
      pause: async (by: number) => {
        ms += by;
      },
      kept: async (moment: string) => {
        ms += 500;
        if (moment === 'in use') return before;
        return after[Math.min(looks++, after.length - 1)];
      },
    };
    const facts = await erasureActs[0]?.play(stage as unknown as Stage);
    return { facts, looks };
  }

  it('shows what was there before, and that it is gone', async () => {
    const { facts } = await factsOf({ after: [kept({ traces: [{ ...email, isRevoked: true }] }), kept({})] });
    expect(facts).toEqual({ before: 1, left: '', tokens: '', allowed_s: 5 });
  });

  it('waits as long as a deletion may take, however long a look takes', async () => {
    const after = [kept({ traces: [{ ...email, isRevoked: true }] })];
    expect(await factsOf({ after })).toMatchObject({ facts: { left: email.shown }, looks: 8 });
    expect(await factsOf({ after, deletionMs: 20_000 })).toMatchObject({ facts: { allowed_s: 20 }, looks: 29 });
  });

  it('names each place of a token once', async () => {
    const { facts } = await factsOf({ before: kept({ traces: [email, token] }), after: [kept({ traces: [token] })] });
    expect(facts).toMatchObject({ tokens: token.shown });
  });

  it('says nothing about tokens when only a URL was looked at', async () => {
    const { facts } = await factsOf({
      before: kept({ traces: [email], hasFiles: false }),
      after: [kept({ hasFiles: false })],
    });
    expect(facts).toMatchObject({ unseen_tokens_encrypted: '--data with the files where tokens are stored' });
    expect(facts).not.toHaveProperty('tokens');
    expect(facts).not.toHaveProperty('unseen');
  });

  it.each<[string, World, string]>([
    [
      'people of another sandbox',
      { before: kept({ traces: [{ ...email, eventId: null }] }) },
      'data of people: before the deletion, --data showed none',
    ],
    [
      'people of another event',
      { before: kept({ traces: [{ ...email, eventId: 'evt_2' }] }) },
      'data of people: before the deletion, --data showed none',
    ],
    ['a sync that failed', { synced: 'failed' }, 'data of people: the sync before the deletion failed'],
    [
      'a place that was not there',
      { before: kept({ problem: 'cannot read x' }) },
      'data that can be read: cannot read x',
    ],
    [
      'a place that cannot be read',
      { after: [kept({ problem: 'cannot read y' })] },
      'data that can be read: cannot read y',
    ],
  ])('is not seen with %s', async (_, world, unseen) => {
    expect((await factsOf(world)).facts).toMatchObject({ unseen });
  });

  it('reports what is left beside what cannot be read', async () => {
    const after = [kept({ problem: 'cannot read y', traces: [{ ...email, isRevoked: true }] })];
    expect((await factsOf({ after })).facts).toMatchObject({ left: email.shown, unseen: expect.any(String) });
  });

  it('does not charge a run with what an earlier one left', async () => {
    const after = [kept({ traces: [{ ...email, isRevoked: true }, token] })];
    expect((await factsOf({ after, leftover: email.shown })).facts).toEqual({
      unseen: `an empty store: before the start, --data showed ${email.shown}`,
    });
  });
});
