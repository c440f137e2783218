import { acting, healthy } from '../../../support/audit/acts.ts';
import type { AuditRig } from '../../../support/audit/rig.ts';
import { describeRules } from '../../../support/audit/rows.ts';

/** Sends a code that nobody issued, as an integration does that takes every redirect. */
const redeem = (rig: AuditRig) => rig.app.exchangeCode('a-code-of-somebody-else');
const returns = (act: string, landed: number | null, play?: (rig: AuditRig) => Promise<unknown>) => (rig: AuditRig) =>
  acting(rig, act, { landed, had_state: true }, async () => play?.(rig));
const under =
  (act: string, sync: string, landed = 200) =>
  async (rig: AuditRig) => {
    await healthy(rig);
    await acting(rig, act, { landed, sync }, () => rig.connect());
  };
const reads = async (rig: AuditRig, access: string) => rig.read(access, '/events/evt_test_published/participants');

const idle = (act: string, sync: string) => async (rig: AuditRig) => {
  await healthy(rig);
  await acting(rig, act, { landed: 200, sync });
};
/** A first login with these scopes and a sync that works, then one with others. */
const fewer = (usual: string, scope: string, read: (rig: AuditRig, access: string) => Promise<unknown>) => {
  return async (rig: AuditRig) => {
    await acting(rig, 'consent', { landed: 200 }, () => rig.connect({ scope: usual }));
    await healthy(rig);
    await acting(rig, 'fewer-scopes', { landed: 200, sync: 'failed' }, async () => {
      await read(rig, (await rig.connect({ scope })).access);
    });
  };
};
const both = 'event.read participants.read';

describeRules([
  {
    rule: 'connects',
    held: returns('consent', 200, (rig) => rig.connect()),
    broken: returns('consent', 500, (rig) => rig.connect()),
  },
  {
    rule: 'connects',
    held: returns('consent-again', 302, (rig) => rig.connect()),
    broken: returns('consent', 200, (rig) => rig.ask()),
  },
  {
    rule: 'connects',
    held: returns('consent', 204, (rig) => rig.connect()),
    broken: returns('consent', null),
  },
  {
    rule: 'state-checked',
    held: returns('forged-state', 400),
    broken: returns('forged-state', 200, redeem),
    calm: {
      'a login of somebody else before it': async (rig) => {
        await rig.connect();
        await returns('forged-state', 400)(rig);
      },
      'a page that crashes, and redeems nothing': returns('forged-state', 500),
    },
  },
  {
    rule: 'state-checked',
    held: returns('missing-state', 400),
    broken: returns('missing-state', 400, redeem),
  },
  {
    rule: 'state-bound',
    held: returns('foreign-state', 403),
    broken: returns('foreign-state', 200, redeem),
    unseen: {
      'an integration without a state': (rig) => acting(rig, 'foreign-state', { landed: 200, had_state: false }),
    },
    calm: {
      'an integration that checks no state at all': async (rig) => {
        await returns('forged-state', 200, redeem)(rig);
        await returns('foreign-state', 200, redeem)(rig);
      },
    },
  },
  {
    rule: 'denied-handled',
    held: returns('access-denied', 200),
    broken: returns('access-denied', 500),
    calm: { 'a page that says 400': returns('authorize-error', 400) },
  },
  {
    rule: 'denied-handled',
    held: returns('empty-callback', 400),
    broken: returns('empty-callback', 400, (rig) => rig.app.exchangeCode('')),
  },
  {
    rule: 'code-refused-final',
    rig: { faults: ['code:invalid_grant'] },
    unseen: { 'a callback that sends no code': returns('code-refused', 400) },
    held: returns('code-refused', 400, (rig) => rig.connect()),
    broken: returns('code-refused', 400, async (rig) => {
      const { code, verifier } = await rig.connect();
      await rig.app.exchangeCode(code, { code_verifier: verifier });
    }),
  },
  {
    rule: 'token-answer-minimal',
    rig: { faults: ['code:minimalx1@1'] },
    held: under('code-minimal', 'done'),
    unseen: { 'a login that asked for no tokens': idle('code-minimal', 'done') },
    broken: under('code-minimal', 'failed'),
    calm: {
      'an integration whose sync never works': async (rig) => {
        await rig.connect();
        await acting(rig, 'refresh-unknown-fields', { sync: 'failed' });
      },
    },
  },
  {
    rule: 'token-answer-tolerated',
    rig: { faults: ['code:extrax1@1'] },
    held: under('refresh-unknown-fields', 'done'),
    broken: under('refresh-unknown-fields', 'failed'),
    calm: {
      'an integration that never refreshes': async (rig) => {
        await healthy(rig);
        await acting(rig, 'refresh-unknown-fields', { sync: 'failed' });
      },
    },
  },
  {
    rule: 'token-answer-tolerated',
    rig: { faults: ['code:extrax1@1'] },
    held: under('refresh-unknown-fields', 'done'),
    broken: under('code-unknown-fields', 'done', 500),
    unseen: { 'an integration that never refreshes': idle('refresh-unknown-fields', 'done') },
  },
  {
    rule: 'fewer-scopes',
    held: fewer(both, 'event.read', (rig, access) => rig.read(access)),
    broken: fewer(both, 'event.read', reads),
    unseen: {
      'an integration without optional scopes': fewer('event.read', 'event.read', (rig, access) => rig.read(access)),
    },
  },
]);
