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
    held: returns('code-refused', 400, (rig) => rig.connect()),
    broken: returns('code-refused', 400, async (rig) => {
      const { code, verifier } = await rig.connect();
      await rig.app.exchangeCode(code, { code_verifier: verifier });
    }),
  },
  {
    rule: 'token-answer-minimal',
    held: under('code-minimal', 'done'),
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
    held: under('refresh-unknown-fields', 'done'),
    broken: under('code-unknown-fields', 'done', 500),
  },
  {
    rule: 'fewer-scopes',
    held: async (rig) => {
      const { access } = await rig.connect({ scope: 'event.read' });
      await acting(rig, 'fewer-scopes', { landed: 200, sync: 'failed' }, () => rig.read(access));
    },
    broken: async (rig) => {
      const { access } = await rig.connect({ scope: 'event.read' });
      const play = () => rig.read(access, '/events/evt_test_published/participants');
      await acting(rig, 'fewer-scopes', { landed: 200, sync: 'failed' }, play);
    },
  },
]);
