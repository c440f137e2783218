import { acting } from '../../../support/audit/acts.ts';
import type { AuditRig } from '../../../support/audit/rig.ts';
import { describeRules } from '../../../support/audit/rows.ts';

type Facts = Parameters<typeof acting>[2];

const act = (id: string, facts: Facts) => (rig: AuditRig) => acting(rig, id, facts);
const effects = (failed: string, more: Facts = {}) => act('effects', { cases: 11, failed, untested: '', ...more });
const erasure = (facts: Facts) => act('erasure', { before: 3, left: '', tokens: '', ...facts });

describeRules([
  {
    rule: 'effects-once',
    held: effects(''),
    broken: effects('effect-twice, effect-at-once'),
    calm: {
      'cases that could not be sent': act('effects', { landed: null, problem: 'an error' }),
      'a handler without effects that can be compared': effects('', { unseen: 'effects that can be compared: none' }),
    },
  },
  {
    rule: 'data-erased',
    held: erasure({}),
    broken: erasure({ left: 'name of ptp_1 (app.db, line 1)', allowed_s: 5, unseen: 'data that can be read' }),
    calm: {
      'a place that never showed anybody': erasure({ before: 0, unseen: 'data of people' }),
      'what cannot be read': act('erasure', { unseen: 'data that can be read' }),
    },
  },
  {
    rule: 'tokens-encrypted',
    held: erasure({}),
    broken: erasure({ tokens: 'access_token of login 1 (tokens.json, line 1)', unseen: 'data that can be read' }),
    calm: {
      'a URL that shows people, never tokens': act('erasure', {
        ...{ before: 3, left: '', unseen_tokens_encrypted: '--data with the files where tokens are stored' },
      }),
    },
  },
  {
    rule: 'output-secrets',
    held: act('effects', {}),
    broken: act('rotation', { printed_secrets: 'refresh_token of login 1 (stdout, line 4)' }),
  },
  {
    rule: 'output-people',
    held: act('effects', {}),
    broken: act('rotation', { printed_people: 'email of ptp_1 (stderr, line 4)' }),
  },
]);
