import { describe, expect, it } from 'vitest';
import type { Act } from '../../src/certify/act.ts';
import { playActs, type RunParts } from '../../src/certify/run.ts';
import { ReventoError } from '../../src/errors/revento-error.ts';

it('begins no act after the time limit, but does not count what a slow act takes', async () => {
  let ms = 0;
  const act = (id: string, takesMs: number, more: Pick<Act, 'isSlow'> = {}): Act => ({
    ...{ id, title: id, brings: [], needs: [], hasLogin: false, ...more },
    play: async () => {
      ms += takesMs;
      return {};
    },
  });
  const stage = {
    ...{ isConnected: true, hasPaced: false, downBecause: null, faults: async () => {}, advance: async () => {} },
    ...{ revive: async () => null, printed: async () => [] },
  };
  const parts = {
    ...{ stage, sandbox: { acting: () => () => {}, evidence: () => ({ tokens: [] }) }, hooks: new Set() },
    ...{ clock: { monotonic: () => ms }, signal: new AbortController().signal, budgetMs: 100 },
  } as unknown as RunParts;
  const outcomes: string[] = [];
  const paced = act('paced', 9_000);
  const pace = async () => {
    stage.hasPaced = true;
    return paced.play(stage as never);
  };
  const slow = act('slow', 9_000, { isSlow: true });
  const acts = [act('short', 60), slow, { ...paced, play: pace }, act('long', 50), act('late', 1)];
  for await (const { act: played, outcome } of playActs(acts, parts)) outcomes.push(`${played.id} ${outcome.kind}`);
  expect(outcomes).toEqual(['short played', 'slow played', 'paced played', 'long played', 'late not played']);
});

it('plays no act that needs a sync where syncs go on after their response, and says what to do', async () => {
  const act = (id: string, needs: Act['needs'], facts = {}): Act => {
    return { ...{ id, title: id, brings: [], needs, hasLogin: false }, play: async () => facts };
  };
  const stage = {
    ...{ isConnected: true, hasPaced: false, downBecause: null, faults: async () => {}, advance: async () => {} },
    ...{ revive: async () => null, printed: async () => [] },
  };
  const parts = {
    ...{ stage, sandbox: { acting: () => () => {} }, hooks: new Set(['sync']) },
    ...{ clock: { monotonic: () => 0 }, signal: new AbortController().signal, budgetMs: 100 },
  } as unknown as RunParts;
  const outcomes: unknown[] = [];
  const acts = [act('sync', ['sync'], { sync: 'went on' }), act('later', ['sync']), act('other', [])];
  for await (const { outcome } of playActs(acts, parts)) outcomes.push(outcome);
  expect(outcomes).toMatchObject([
    { kind: 'played' },
    { kind: 'not played', reason: expect.stringMatching(/^a sync that responds after it has ended: .*--sync-command/) },
    { kind: 'played' },
  ]);
});

describe('where a late sync may have met an act', () => {
  /** The outcomes, with what was printed, of a run in which a rule is amiss the first time. */
  async function playedWith({
    isLate,
    verdicts = ['broken', 'held'],
  }: {
    isLate: boolean | ReventoError;
    verdicts?: string[];
  }) {
    const printed = [['boot'], [], [], [], []];
    const ends: unknown[] = [];
    const forgotten: string[] = [];
    let looked = 0;
    const stage = {
      ...{ isConnected: true, hasPaced: false, downBecause: null, faults: async () => {}, advance: async () => {} },
      ...{ revive: async () => null, startOver: () => forgotten.push('state') },
      printed: async () => (printed.shift() ?? []).map((shown) => ({ shown, isSecret: true })),
      isSyncedLate: async () => {
        looked++;
        if (isLate instanceof ReventoError) throw isLate;
        return isLate;
      },
    };
    const sandbox = {
      acting: (id: string) => (facts: object) => ends.push([id, facts]),
      audit: () => ({ findings: [{ rule: 'backoff', verdict: verdicts.shift() }] }),
      forget: () => forgotten.push('evidence'),
    };
    const parts = {
      ...{ stage, sandbox, hooks: new Set(['connect', 'sync', 'webhook']), clock: { monotonic: () => 0 } },
      ...{ signal: new AbortController().signal, budgetMs: 100 },
    } as unknown as RunParts;
    const act = (id: string, needs: Act['needs'], brings: string[]): Act => {
      return { ...{ id, title: id, brings, needs, hasLogin: false }, play: async () => ({}) };
    };
    const acts = [act('errors', ['connect', 'sync'], ['backoff']), act('delivery', ['webhook'], [])];
    for await (const _ of playActs(acts, parts));
    return { ends, forgotten, looked };
  }

  it('plays the acts again that read, and keeps what was printed', async () => {
    const secret = { printed_secrets: 'boot' };
    expect(await playedWith({ isLate: true })).toEqual({
      ends: [
        ['errors', secret],
        ['errors', secret],
        ['delivery', {}],
      ],
      ...{ forgotten: ['state', 'evidence'], looked: 1 },
    });
  });

  it('plays none again where no sync begins late', async () => {
    const { ends, forgotten } = await playedWith({ isLate: false });
    expect([ends.length, forgotten]).toEqual([2, []]);
  });

  it('goes on where the consent cannot be followed that shows it', async () => {
    const { ends, forgotten } = await playedWith({ isLate: new ReventoError('failed', 'no form') });
    expect([ends.length, forgotten]).toEqual([2, []]);
  });

  it('does not look for one where every rule was held', async () => {
    expect(await playedWith({ isLate: true, verdicts: ['held'] })).toMatchObject({ looked: 0, forgotten: [] });
  });
});

it('goes on with the next act where a login is needed and its pages cannot be followed', async () => {
  const act = (id: string, hasLogin: boolean): Act => {
    return { ...{ id, title: id, brings: [], needs: [], hasLogin }, play: async () => ({}) };
  };
  const stage = {
    ...{ isConnected: false, hasPaced: false, downBecause: null, faults: async () => {}, advance: async () => {} },
    ...{ revive: async () => null, printed: async () => [] },
    connect: async () => Promise.reject(new ReventoError('failed', 'The page redirects more than 20 times.')),
  };
  const parts = {
    ...{ stage, sandbox: { acting: () => () => {} }, hooks: new Set(['connect']), clock: { monotonic: () => 0 } },
    ...{ signal: new AbortController().signal, budgetMs: 100 },
  } as unknown as RunParts;
  const outcomes: unknown[] = [];
  for await (const { outcome } of playActs([act('in', true), act('out', false)], parts)) outcomes.push(outcome);
  expect(outcomes).toMatchObject([
    { kind: 'not played', reason: 'a login: The page redirects more than 20 times.' },
    { kind: 'played' },
  ]);
});
