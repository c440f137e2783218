import { randomUUID } from 'node:crypto';
import { jsonOf } from '../../sandbox/client.ts';
import { type AuditRig, list } from '../rig.ts';
import { event, hour, type Innocent, times } from './innocent.ts';

const minute = 60_000;
const withToken = (token: string) => [['Authorization', `Bearer ${token}`] as const];

/** A login whose access token has expired. */
async function expired(rig: AuditRig) {
  const login = await rig.connect();
  rig.clock.advance(hour);
  return login;
}

/** What HTTP clients, proxies, browsers and several processes make of one good integration. */
export const innocentClients: readonly Innocent[] = [
  [
    ['retry-after-waited'],
    'two worker processes of which one gets Retry-After, and waits',
    async (rig) => {
      const { access } = await rig.connect();
      await rig.read(access);
      rig.clock.advance(900);
      await rig.read(access);
      rig.clock.advance(29_100);
      await rig.read(access);
    },
    { faults: ['api:429=30x1'] },
  ],
  [
    ['retry-after-waited'],
    'a client that waits for Retry-After while a test moves the clock',
    async (rig) => {
      const { access } = await rig.connect();
      await rig.read(access);
      await rig.control('/clock/advance', { ms: 30_000 });
      await rig.read(access);
    },
    { faults: ['api:429=30x1'] },
  ],
  [
    ['backoff'],
    'a client that sends a request again three times at once, as axios-retry does',
    async (rig) => {
      const { access } = await rig.connect();
      await times(4, () => rig.read(access));
    },
    { faults: ['api:503x3'] },
  ],
  [
    ['backoff', 'polling'],
    'a page that asks for its state every two seconds, while the API fails for a while',
    async (rig) => {
      const { access } = await rig.connect();
      await times(9, async () => {
        await rig.read(access, event);
        rig.clock.advance(2_000);
      });
    },
    { faults: ['api:503x4@2'] },
  ],
  [
    ['backoff'],
    'a proxy that asks the next server at once, behind a client with backoff',
    async (rig) => {
      const { access } = await rig.connect();
      for (const waitMs of [200, 450, 1_000]) {
        await times(2, () => rig.read(access));
        rig.clock.advance(waitMs);
      }
      await rig.read(access);
    },
    { faults: ['api:502x6'] },
  ],
  [
    ['refusal-final'],
    'ten browser tests that each open a page which lacks a scope',
    async (rig) => {
      const { access } = await rig.connect({ scope: 'event.read' });
      await times(10, async () => {
        await rig.read(access, list);
        rig.clock.advance(1_700);
      });
    },
  ],
  [
    ['refusal-final', 'token-event'],
    'four visitors of an old link, one after the other',
    async (rig) => {
      const { access } = await rig.connect();
      await times(4, async () => {
        await rig.read(access, `${event}/speakers`);
        rig.clock.advance(4_000);
      });
    },
  ],
  [
    ['invalid-token-final', 'request-id'],
    'a load balancer that looks whether the API is there, without a token',
    async (rig) => {
      await times(6, async () => {
        await rig.app.send('GET', `/api/v1${event}`, []);
        await rig.app.send('HEAD', `/api/v1${event}`, []);
        rig.clock.advance(1_000);
      });
    },
  ],
  [
    ['in-flight', 'read-only', 'request-id-fresh'],
    'a browser that asks with OPTIONS before each of five requests',
    async (rig) => {
      const { access } = await rig.connect();
      await times(5, async () => {
        await rig.app.send('OPTIONS', `/api/v1${event}`, withToken(access));
        await rig.read(access);
      });
    },
  ],
  [
    ['request-id-fresh'],
    'a connection that is reset before the answer, and the same request on a new one',
    async (rig) => {
      const { access } = await rig.connect();
      const headers = [
        ['Accept', 'application/vnd.revento.v1+json'],
        ['X-Revento-Request-Id', randomUUID()],
      ] as const;
      await times(2, () => rig.app.api(event, access, headers));
    },
    { faults: ['api:dropx1'] },
  ],
  [
    ['code-once', 'pkce-fresh'],
    'a code exchange whose connection is reset, sent again by the client',
    async (rig) => {
      const { code, verifier } = await rig.connect();
      await rig.app.exchangeCode(code, { code_verifier: verifier });
    },
    { faults: ['code:dropx1'] },
  ],
  [
    ['code-once'],
    'a code exchange that is sent again after a 503',
    async (rig) => {
      const { code, verifier } = await rig.connect();
      await rig.app.exchangeCode(code, { code_verifier: verifier });
    },
    { faults: ['code:503x1'] },
  ],
  [
    ['refresh-token-spent', 'refresh-single-flight', 'refresh-after-invalid-grant'],
    'a refresh that is sent again after a 503',
    async (rig) => {
      const { access, refresh } = await expired(rig);
      await rig.read(access);
      await rig.app.refresh(refresh);
      rig.clock.advance(2_000);
      await rig.refresh(refresh);
    },
    { faults: ['refresh:503x1'] },
  ],
  [
    ['revoked-stops'],
    'four worker processes that each learn from their own request that consent was revoked',
    async (rig) => {
      const { access } = await rig.connect();
      await rig.control('/revoke', {});
      await times(4, async () => {
        await rig.read(access, list);
        rig.clock.advance(7_000);
      });
    },
  ],
  [
    ['ended-stops', 'refresh-after-invalid-grant'],
    'four worker processes that each learn from their own request that the login has ended',
    async (rig) => {
      const { access, refresh } = await expired(rig);
      await rig.read(access);
      await rig.app.refresh(refresh);
      await times(4, async () => {
        rig.clock.advance(3_000);
        await rig.read(access, list);
      });
    },
    { faults: ['refresh:invalid_grant'] },
  ],
  [
    ['refresh-after-revoked'],
    'another process that refreshes by its timer, and has not heard of the revocation yet',
    async (rig) => {
      const { access, refresh } = await rig.connect();
      rig.clock.advance(50 * minute);
      await rig.control('/revoke', {});
      await rig.read(access);
      rig.clock.advance(6 * minute);
      await rig.app.refresh(refresh);
    },
  ],
  [
    ['expired-refreshed', 'expired-once'],
    'a process that cannot refresh, and goes on when another one has',
    async (rig) => {
      const { access, refresh } = await expired(rig);
      await times(4, async () => {
        await rig.read(access);
        rig.clock.advance(2_000);
      });
      const next = await rig.refresh(refresh);
      await rig.read(next.access);
    },
  ],
  [
    ['refresh-needless', 'expired-once'],
    'a clock that is ten minutes ahead, so that refreshes come early',
    async (rig) => {
      let login: { readonly access: string; readonly refresh: string } = await rig.connect();
      await times(6, async () => {
        rig.clock.advance(45 * minute);
        login = await rig.refresh(login.refresh);
        await rig.read(login.access);
      });
    },
  ],
  [
    ['refresh-needless'],
    'four short-lived processes that each refresh at their start',
    async (rig) => {
      let login: { readonly refresh: string } = await rig.connect();
      await times(4, async () => {
        login = await rig.refresh(login.refresh);
        rig.clock.advance(1_000);
      });
    },
  ],
  [
    ['limit-kept', 'cursor-opaque', 'pages-followed'],
    'a page of a list that is asked for again after a 503, and after a cut',
    async (rig) => {
      const { access } = await rig.connect();
      const page = jsonOf(await rig.read(access, `${list}?limit=10`));
      await times(3, () => rig.read(access, `${list}?limit=10&cursor=${page['next_cursor']}`));
    },
    { faults: ['api:503x1@1', 'api:cutx1@2'] },
  ],
  [
    ['cursor-opaque', 'list-end'],
    'a cursor that was kept over a reset of the sandbox',
    async (rig) => {
      const page = jsonOf(await rig.read((await rig.connect()).access, list));
      await rig.control('/reset', {});
      await rig.read((await rig.connect()).access, `${list}?cursor=${page['next_cursor']}`);
    },
  ],
  [
    ['invalid-token-final', 'refresh-after-invalid-grant'],
    'a token of before the reset, until the user connects again',
    async (rig) => {
      const { access, refresh } = await rig.connect();
      await rig.control('/reset', {});
      await rig.read(access);
      await rig.app.refresh(refresh);
      await rig.connect();
    },
  ],
  [
    ['state-fresh', 'pkce-fresh', 'state-random'],
    'two clicks on connect, of which both come back',
    async (rig) => {
      await rig.connect();
      await rig.connect();
    },
  ],
  [
    ['state-fresh', 'code-once'],
    'a scanner of links that opens the consent page before the user does',
    async (rig) => {
      const { challengeOf } = await import('../../../../src/auth/sign-in/pkce.ts');
      const same = { state: rig.app.state, code_challenge: challengeOf(rig.app.verifier) };
      await rig.ask(same);
      await rig.connect(same, { code_verifier: rig.app.verifier });
    },
  ],
];
