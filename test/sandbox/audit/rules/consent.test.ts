import { challengeOf } from '../../../../src/auth/sign-in/pkce.ts';
import { acting } from '../../../support/audit/acts.ts';
import { type AuditRig, list } from '../../../support/audit/rig.ts';
import { describeRules } from '../../../support/audit/rows.ts';
import { callbackOf } from '../../../support/sandbox/client.ts';

const dull = 'a'.repeat(43);

/** Logs in again for each request, as where acts end every login. */
async function twentyLogins(
  rig: AuditRig,
  changes: Readonly<Record<string, string>> = { scope: 'event.read participants.read' },
) {
  for (let count = 0; count < 20; count++) {
    await rig.read((await rig.connect(changes)).access, `${list}?limit=5`);
  }
}

describeRules([
  {
    rule: 'pkce-s256',
    held: (rig) => rig.connect(),
    broken: (rig) => rig.ask({ code_challenge_method: 'plain' }),
    calm: {
      'a request of an unknown client': (rig) => rig.ask({ client_id: 'client_elsewhere', code_challenge: null }),
      'a link to the bare address': (rig) => rig.app.get('/oauth/authorize'),
    },
  },
  {
    rule: 'pkce-fresh',
    held: async (rig) => {
      await rig.connect();
      await rig.connect();
    },
    broken: async (rig) => {
      const challenge = challengeOf(rig.app.verifier);
      await rig.ask({ code_challenge: challenge });
      await rig.ask({ code_challenge: challenge });
    },
    calm: {
      'a browser that loads the page again': async (rig) => {
        const same = { state: rig.app.state, code_challenge: challengeOf(rig.app.verifier) };
        await rig.ask(same);
        const { answer } = await rig.ask(same);
        await rig.app.exchangeCode(callbackOf(answer).get('code') ?? '');
      },
    },
  },
  {
    rule: 'verifier-random',
    held: (rig) => rig.connect(),
    broken: (rig) => rig.connect({ code_challenge: challengeOf(dull) }, { code_verifier: dull }),
  },
  {
    rule: 'state-sent',
    held: (rig) => rig.connect(),
    broken: (rig) => rig.connect({ state: null }),
  },
  {
    rule: 'state-fresh',
    held: async (rig) => {
      await rig.connect();
      await rig.connect();
    },
    broken: async (rig) => {
      await rig.connect({ state: rig.app.state });
      await rig.connect({ state: rig.app.state });
    },
    calm: {
      'a browser that loads the page again': async (rig) => {
        const same = { state: rig.app.state, code_challenge: challengeOf(rig.app.verifier) };
        await rig.ask(same);
        await rig.ask(same);
      },
    },
  },
  {
    rule: 'state-random',
    held: async (rig) => {
      await rig.connect();
      await rig.connect();
    },
    broken: async (rig) => {
      await rig.connect({ state: '1764504000001' });
      await rig.connect({ state: '1764504000977' });
    },
    calm: { 'a single login': (rig) => rig.connect({ state: '1764504000001' }) },
  },
  {
    rule: 'redirect-exact',
    held: (rig) => rig.connect(),
    broken: (rig) => rig.ask({ redirect_uri: `${rig.app.redirectUri}/` }),
    calm: {
      'somebody else’s redirect URI': (rig) => rig.ask({ redirect_uri: 'https://elsewhere.test/callback' }),
    },
  },
  {
    rule: 'scopes-declared',
    held: (rig) => rig.connect(),
    broken: (rig) => rig.ask({ scope: 'event.read profile.read' }),
    calm: {
      'a refusal that the sandbox injected': [{ faults: ['authorize:invalid_scope'] }, (rig) => rig.ask()],
    },
  },
]);

describeRules([
  {
    rule: 'redirect-exact',
    held: (rig) => rig.connect(),
    broken: (rig) => rig.connect({}, { redirect_uri: 'http://127.0.0.1:3000/callback' }),
  },
  {
    rule: 'scopes-used',
    held: async (rig) => {
      const { access } = await rig.connect({ scope: 'event.read participants.read' });
      for (let count = 0; count < 20; count++) await rig.read(access, `${list}?limit=5`);
    },
    broken: async (rig) => {
      const { access } = await rig.connect();
      for (let count = 0; count < 20; count++) await rig.read(access, `${list}?limit=5`);
    },
    calm: {
      'a login that has made one request': async (rig) => rig.read((await rig.connect()).access),
    },
    unseen: { 'twenty logins that made one request each': twentyLogins },
  },
  {
    rule: 'scopes-used',
    held: (rig) => acting(rig, 'consent', { landed: 200 }, () => twentyLogins(rig)),
    broken: (rig) => acting(rig, 'consent', { landed: 200 }, () => twentyLogins(rig, {})),
  },
]);
