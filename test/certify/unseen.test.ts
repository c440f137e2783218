import { describe, expect, it } from 'vitest';
import type { Act } from '../../src/certify/act.ts';
import { acts } from '../../src/certify/acts.ts';
import type { PlayedAct } from '../../src/certify/run.ts';
import { actsFor, remedyFor } from '../../src/certify/unseen.ts';

function played(brings: readonly string[], outcome: PlayedAct['outcome']): PlayedAct {
  const act: Act = { id: 'x', title: 'x', brings, needs: [], hasLogin: false, play: async () => ({}) };
  return { act, durationMs: 1, outcome };
}

describe('what would let a rule be judged', () => {
  it('is the fewest flags to add', () => {
    const given = [
      played(['r'], { kind: 'hooks missing', missing: ['sync', 'restart'] }),
      played(['r'], { kind: 'hooks missing', missing: ['webhook'] }),
    ];
    expect(remedyFor('r', given)).toBe('--webhook URL');
  });

  it('is why its act was not played', () => {
    expect(remedyFor('r', [played(['r'], { kind: 'not played', reason: 'the sync did not end' })])).toBe(
      'the sync did not end',
    );
  });

  it('is why its act showed nothing, of this rule or of all', () => {
    const shown = (facts: Readonly<Record<string, string>>) => [played(['a-b', 'c'], { kind: 'played', facts })];
    expect(remedyFor('a-b', shown({ unseen_a_b: 'a file' }))).toBe('a file');
    expect(remedyFor('c', shown({ unseen_a_b: 'a file' }))).toBeNull();
    expect(remedyFor('c', shown({ unseen: 'data' }))).toBe('data');
  });

  it('is nothing when all was played, or no act is about it', () => {
    expect(remedyFor('r', [played(['r'], { kind: 'played', facts: {} })])).toBeNull();
    expect(remedyFor('other', [played(['r'], { kind: 'hooks missing', missing: ['sync'] })])).toBeNull();
  });
});

describe('the acts for some rules', () => {
  const ids = (only: readonly string[] | null) => actsFor(only, acts).map(({ id }) => id);

  it('are those that bring them about, after a consent', () => {
    expect(ids(['refresh-single-flight'])).toEqual(['consent', 'five-at-once']);
    expect(ids(['delivery-repeat'])).toEqual(['delivery-repeat']);
  });

  it('are all when any request may show one of them', () => {
    expect(ids(['stays-up'])).toHaveLength(acts.length);
    expect(ids(null)).toHaveLength(acts.length);
  });
});
