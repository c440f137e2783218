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

  it('is a sync that works, or requests that its act can affect, where it was played for nothing', () => {
    const all = (sync: string) =>
      acts.map((act): PlayedAct => {
        const facts = act.id === 'sync' ? { sync } : {};
        return { act, durationMs: 1, outcome: { kind: 'played', facts } };
      });
    expect(remedyFor('page-cut', all('failed'))).toBe('a sync that works without faults');
    expect(remedyFor('page-cut', all('done'))).toBe('requests that the act page-cut can affect (a page is truncated)');
    expect(remedyFor('state-bound', all('failed'))).toMatch('requests that the act foreign-state can affect');
    expect(remedyFor('refresh-clean', all('done'))).toBeNull();
  });

  it('is nothing when all was played, or no act is about it', () => {
    expect(remedyFor('r', [played(['r'], { kind: 'played', facts: {} })])).toBeNull();
    expect(remedyFor('other', [played(['r'], { kind: 'hooks missing', missing: ['sync'] })])).toBeNull();
  });
});

describe('the acts for some rules', () => {
  const ids = (only: readonly string[] | null) => actsFor(only, acts).map(({ id }) => id);

  it('are those that bring them about, after a consent', () => {
    expect(ids(['page-cut'])).toEqual(['consent', 'sync', 'page-cut']);
    expect(ids(['delivery-repeat'])).toEqual(['delivery-repeat']);
  });

  it.each([
    ['refresh-single-flight', 'five-at-once'],
    ['refresh-lost', 'refresh-answer-lost'],
    ['refresh-token-spent', 'expired-again'],
    ['refresh-stored-first', 'killed-after-refresh'],
    ['token-answer-tolerated', 'refresh-unknown-fields'],
    ['refresh-after-invalid-grant', 'refresh-token-stolen'],
  ])('find out first how the integration refreshes (%s)', (rule, act) => {
    const found = ids([rule]);
    expect(found).toEqual(expect.arrayContaining(['consent', 'sync', 'expired', act]));
    expect(found.indexOf('expired')).toBeLessThan(found.indexOf(act));
  });

  it('are all when any request may show one of them', () => {
    expect(ids(['stays-up'])).toHaveLength(acts.length);
    expect(ids(null)).toHaveLength(acts.length);
  });
});
