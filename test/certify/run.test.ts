import { expect, it } from 'vitest';
import type { Act } from '../../src/certify/act.ts';
import { playActs, type RunParts } from '../../src/certify/run.ts';

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
