import { expect, it } from 'vitest';
import { during } from '../../../src/sandbox/audit/evidence.ts';
import { auditRig } from '../../support/audit/rig.ts';

it('knows what arrived while an act was played, and what was seen from outside', async () => {
  const rig = auditRig();
  await rig.connect();
  const end = rig.sandbox.acting('forged-state', 'a callback with a forged state');
  await rig.connect();
  end({ landed: 400 });
  await rig.connect();
  const { acts, tokens } = rig.sandbox.evidence();
  expect(acts).toMatchObject([
    { act: 'forged-state', facts: { landed: 400 }, line: 'act: a callback with a forged state' },
  ]);
  expect(acts.flatMap((act) => during(act, tokens))).toEqual([tokens[1]]);
});
