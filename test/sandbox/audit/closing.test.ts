import { expect, it } from 'vitest';
import { Closing } from '../../../src/sandbox/audit/closing.ts';
import type { DeliverySeen } from '../../../src/sandbox/audit/evidence.ts';
import { evidenceOf } from '../../../src/sandbox/audit/evidence-of.ts';
import { rules } from '../../../src/sandbox/audit/rules.ts';

const forged = (number: number, status: number): DeliverySeen => ({
  ...{ kind: 'delivery', number, line: '', at: 0, endedAt: 0, startMs: 0, endMs: 0, fault: 'signature' },
  ...{
    id: `${number}`,
    type: 'activity.updated',
    eventId: null,
    isMadeUp: false,
    status,
    ms: 1,
    signedWith: 'only',
    secret: '',
  },
});
const evidence = (...seen: readonly DeliverySeen[]) => evidenceOf(seen, { logins: new Map(), eventIds: [] });
const verdictOf = (closing: Closing) => closing.findings().find(({ rule }) => rule === 'delivery-forged');

it('judges in between other work, and has every finding when it is asked', async () => {
  const closing = new Closing();
  closing.begin(evidence(forged(1, 204)));
  let turns = 0;
  while (turns < rules.length / 2) await new Promise((resolve) => setImmediate(resolve, turns++));
  expect(closing.findings()).toHaveLength(rules.length);
  expect(verdictOf(closing)).toMatchObject({ verdict: 'broken', count: 1 });
});

it('finishes by itself, and joins what comes later', async () => {
  const closing = new Closing();
  closing.begin(evidence(forged(1, 204)));
  for (let turns = 0; turns < rules.length * 2; turns++) await new Promise((resolve) => setImmediate(resolve));
  closing.begin(evidence(forged(2, 401)));
  closing.begin(evidence(forged(3, 204)));
  expect(verdictOf(closing)).toMatchObject({ verdict: 'broken', count: 2 });
});
