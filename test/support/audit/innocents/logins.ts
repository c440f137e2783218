import { challengeOf } from '../../../../src/auth/sign-in/pkce.ts';
import { callbackOf } from '../../sandbox/client.ts';
import { event, hour, type Innocent, times } from './innocent.ts';

/** Consents, and the life of a login. */
export const innocentLogins: readonly Innocent[] = [
  [
    ['pkce-s256', 'state-sent', 'redirect-exact', 'scopes-declared'],
    'a crawler and a health check that open the consent page without parameters',
    async (rig) => {
      await rig.app.get('/oauth/authorize');
      await rig.app.send('HEAD', '/oauth/authorize', []);
      await rig.app.get('/oauth/authorize?client_id=somebody-else&redirect_uri=http%3A%2F%2Flocalhost%3A9999%2F');
    },
  ],
  [
    ['pkce-fresh', 'state-fresh', 'code-once'],
    'a consent page that is open in two tabs, and answered in both',
    async (rig) => {
      const same = { state: rig.app.state, code_challenge: challengeOf(rig.app.verifier) };
      for (const { answer } of [await rig.ask(same), await rig.ask(same)]) {
        await rig.app.exchangeCode(callbackOf(answer).get('code') ?? '');
      }
    },
  ],
  [
    ['pkce-fresh', 'state-fresh', 'state-random', 'verifier-random'],
    'consent pages that are closed and opened again',
    async (rig) => {
      await times(4, () => rig.ask());
      await rig.connect();
    },
  ],
  [
    ['state-random'],
    'two integrations at one sandbox, one of which has a short state once',
    async (rig) => {
      await rig.connect({ state: 'x1' });
      await rig.connect();
    },
  ],
  [
    ['redirect-exact'],
    'a sandbox that was restarted between the redirect and the exchange',
    async (rig) => {
      const { answer, verifier } = await rig.ask();
      await rig.control('/reset', { keep_logins: true });
      await rig.app.exchangeCode(callbackOf(answer).get('code') ?? '', { code_verifier: verifier });
    },
  ],
  [
    ['secret-not-in-url', 'token-in-header'],
    'a filter that is called code',
    async (rig) => rig.read((await rig.connect()).access, `${event}?code=A-12`),
  ],
  [
    ['client-auth-in-body'],
    'a public client that sends the header of its last request',
    async (rig) => {
      await rig.connect();
      const form = {
        grant_type: 'refresh_token',
        refresh_token: 'rev_refresh_unknown',
        client_id: rig.sandbox.clients[1]?.id ?? '',
      };
      await rig.app.post('/oauth/token', form, withToken('rev_install_old'));
    },
  ],
  [
    ['refresh-clean'],
    'a library that sends the fields of a code exchange empty',
    async (rig) => {
      const { access, refresh } = await rig.connect();
      rig.clock.advance(hour);
      await rig.read(access);
      await rig.refresh(refresh, { redirect_uri: '', code_verifier: '' });
    },
  ],
  [
    ['refresh-single-flight', 'refresh-token-spent'],
    'two logins of one event that refresh at once, each for itself',
    async (rig) => {
      const [one, other] = [await rig.connect(), await rig.connect()];
      rig.clock.advance(hour);
      await Promise.all([rig.read(one.access), rig.read(other.access)]);
      await Promise.all([rig.refresh(one.refresh), rig.refresh(other.refresh)]);
    },
  ],
  [
    ['refresh-single-flight', 'refresh-token-spent', 'refresh-after-invalid-grant'],
    'an answer that the client could not read, and a second try',
    async (rig) => {
      const { access, refresh } = await rig.connect();
      rig.clock.advance(hour);
      await rig.read(access);
      await rig.app.refresh(refresh);
      await rig.app.refresh(refresh);
    },
    { faults: ['refresh:minimalx1'] },
  ],
  [
    ['refresh-lost', 'refresh-needless'],
    'a test that moves the clock almost an hour at a time',
    async (rig) => {
      let { refresh } = await rig.connect();
      await times(6, async () => {
        rig.clock.advance(3_310_000);
        ({ refresh } = await rig.refresh(refresh));
      });
    },
  ],
  [
    ['refresh-after-revoked', 'revoked-stops', 'expired-refreshed'],
    'an integration that was suspended twice, and works again',
    async (rig) => {
      let { access, refresh } = await rig.connect();
      await times(3, async () => {
        await rig.control('/do', { action: 'suspend' });
        await rig.read(access);
        await rig.control('/do', { action: 'reinstate' });
        rig.clock.advance(60_000);
        await rig.read(access);
      });
      rig.clock.advance(hour);
      await rig.read(access);
      ({ access, refresh } = await rig.refresh(refresh));
      await rig.read(access);
    },
    { webhook: true },
  ],
  [
    ['expired-once', 'expired-refreshed', 'refresh-needless'],
    'parallel calls that still had the old token',
    async (rig) => {
      const { access, refresh } = await rig.connect();
      rig.clock.advance(hour);
      await rig.read(access);
      const next = await rig.refresh(refresh);
      await Promise.all(Array.from({ length: 4 }, () => rig.read(access)));
      await rig.read(next.access);
    },
  ],
  [
    ['ended-stops', 'refresh-after-invalid-grant'],
    'a page that is loaded once more after the login has ended',
    async (rig) => {
      const { access, refresh } = await rig.connect();
      rig.clock.advance(hour);
      await rig.read(access);
      await rig.app.refresh(refresh);
      rig.clock.advance(5_000);
      await rig.read(access);
      await rig.app.refresh(refresh);
    },
    { faults: ['refresh:invalid_grant'] },
  ],
  [
    ['revoked-stops'],
    'a page that asks for the same twice, one after the other',
    async (rig) => {
      const { access } = await rig.connect();
      await rig.control('/revoke', {});
      await times(2, () => rig.read(access));
    },
  ],
  [
    ['deletion-silence'],
    'a queue that comes to the deletion after the clock was moved',
    async (rig) => {
      const { access } = await rig.connect();
      await rig.control('/revoke', {});
      await rig.control('/clock/advance', { ms: hour });
      await rig.read(access);
    },
    { webhook: true },
  ],
];

const withToken = (token: string) => [['Authorization', `Bearer ${token}`] as const];
