import { describe, expect, it } from 'vitest';
import { rules } from '../../../../src/sandbox/audit/rules.ts';
import { innocentCalls } from '../../../support/audit/innocents/calls.ts';
import { innocentClients } from '../../../support/audit/innocents/clients.ts';
import { innocentHandlers } from '../../../support/audit/innocents/handlers.ts';
import { innocentLogins } from '../../../support/audit/innocents/logins.ts';
import { auditRig } from '../../../support/audit/rig.ts';

const innocents = [...innocentLogins, ...innocentCalls, ...innocentClients, ...innocentHandlers];

describe('innocent traffic', () => {
  it.each(innocents.map((one) => [one[1], one] as const))('breaks no rule: %s', async (_, [, , play, options]) => {
    const rig = auditRig(options);
    await play(rig);
    const found = rig.sandbox.audit().findings.filter(({ verdict }) => verdict === 'broken');
    expect(found.map(({ rule, breaches }) => [rule, breaches[0]?.what])).toEqual([]);
  });

  it('is there for each rule that needs no act of certify', () => {
    const watched = rules.filter(({ needs }) => !needs.startsWith('an act of')).map(({ id }) => id);
    const covered = new Set(innocents.flatMap(([ids]) => ids));
    expect(watched.filter((id) => !covered.has(id))).toEqual([]);
    expect([...covered].filter((id) => !watched.includes(id))).toEqual([]);
  });
});
