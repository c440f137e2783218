import { randomUUID } from 'node:crypto';
import { jsonOf } from '../../sandbox/client.ts';
import { type AuditRig, list } from '../rig.ts';
import { event, type Innocent, times } from './innocent.ts';

const send = (rig: AuditRig) => rig.control('/do', { action: 'apply' });
const withToken = (token: string) => [['Authorization', `Bearer ${token}`] as const];

/** Requests to the API, and deliveries. */
export const innocentCalls: readonly Innocent[] = [
  [
    ['token-kind', 'token-event'],
    'an event that was mistyped',
    async (rig) => rig.read((await rig.connect()).access, '/events/evt_test_publishd'),
  ],
  [
    ['read-only', 'accept-pinned', 'request-id'],
    'a health check that sends HEAD and OPTIONS with a token',
    async (rig) => {
      const { access } = await rig.connect();
      await rig.app.send('HEAD', `/api/v1${event}`, withToken(access));
      await rig.app.send('OPTIONS', `/api/v1${event}`, withToken(access));
    },
  ],
  [
    ['request-id-fresh', 'request-id-uuid', 'backoff'],
    'a client that retries with the same id, and longer waits',
    async (rig) => {
      const { access } = await rig.connect();
      const headers = [
        ['Accept', 'application/vnd.revento.v1+json'],
        ['X-Revento-Request-Id', randomUUID()],
      ] as const;
      let waitMs = 200;
      await times(8, async () => {
        await rig.app.api(event, access, headers);
        rig.clock.advance(waitMs);
        waitMs *= 2;
      });
    },
    { faults: ['api:503x7'] },
  ],
  [
    ['retry-after-waited'],
    'a call of another user that was sent at the same moment and came a little later',
    async (rig) => {
      const { access } = await rig.connect();
      await rig.read(access);
      rig.clock.advance(20);
      await rig.read(access);
    },
    { faults: ['api:429=30x1'] },
  ],
  [
    ['retry-after-waited'],
    'four calls in a queue, each of which waits when it is refused',
    async (rig) => {
      const { access } = await rig.connect();
      const calls = () =>
        times(4, async () => {
          await rig.read(access);
          rig.clock.advance(5);
        });
      await calls();
      rig.clock.advance(30_000);
      await calls();
    },
    { faults: ['api:429=30x4'] },
  ],
  [
    ['in-flight', 'pace'],
    'parallel tests, each with a login of its own',
    async (rig) => {
      const logins = [await rig.connect(), await rig.connect(), await rig.connect()];
      await Promise.all(logins.flatMap(({ access }) => Array.from({ length: 4 }, () => rig.read(access))));
    },
  ],
  [
    ['pace'],
    'one refusal a day',
    async (rig) => {
      const { access } = await rig.connect({ scope: 'event.read' });
      await times(4, async () => {
        await Promise.all(Array.from({ length: 5 }, () => rig.read(access)));
        await times(26, () => rig.read(access));
        rig.clock.advance(600_000);
      });
    },
  ],
  [
    ['backoff', 'refusal-final', 'invalid-token-final'],
    'five parallel tests that ask for the same while the API fails',
    async (rig) => {
      const { access } = await rig.connect();
      await Promise.all(Array.from({ length: 5 }, () => rig.read(access)));
    },
    { faults: ['api:500'] },
  ],
  [
    ['refusal-final'],
    'a check for an event that is asked every half minute, and is not there yet',
    async (rig) => {
      const { access } = await rig.connect();
      await times(8, async () => {
        await rig.read(access, `${event}/speakers`);
        rig.clock.advance(30_000);
      });
    },
  ],
  [
    ['polling'],
    'a health check that reads the event every half minute',
    async (rig) => {
      await send(rig);
      const { access } = await rig.connect();
      await times(12, async () => {
        await rig.read(access, event);
        rig.clock.advance(30_000);
      });
    },
    { webhook: true },
  ],
  [
    ['cursor-opaque', 'pages-followed', 'limit-kept'],
    'two integrations that read the same list, one without a limit',
    async (rig) => {
      const [plain, limited] = [(await rig.connect()).access, (await rig.connect()).access];
      const page = jsonOf(await rig.read(plain, list));
      await rig.read(limited, `${list}?limit=25`);
      await rig.read(plain, `${list}?cursor=${page['next_cursor']}`);
      await rig.read(limited, `${list}?limit=25&cursor=${page['next_cursor']}`);
    },
  ],
  [
    ['list-end', 'limit-most'],
    'a client that sends an empty cursor with the first page',
    async (rig) => {
      const { access } = await rig.connect();
      await rig.read(access, `${list}?limit=50&cursor=`);
    },
  ],
  [
    ['pages-stuck', 'scopes-used'],
    'a suite whose tests all ask for the first page',
    async (rig) => {
      const { access } = await rig.connect();
      await times(12, () => rig.read(access, list));
    },
  ],
  [
    ['delivery-in-time', 'delivery-accepted', 'delivery-direct'],
    'a handler that is started after the first delivery',
    async (rig) => {
      rig.reply('refused', 404, 502, 204);
      await times(4, () => send(rig));
    },
    { webhook: true },
  ],
  [
    ['delivery-accepted'],
    'data that somebody made up, and the handler does not take',
    async (rig) => {
      rig.reply(422);
      await rig.control('/trigger', { type: 'application.approved', data: { id: 7 } });
    },
    { webhook: true },
  ],
  [
    ['delivery-repeat', 'delivery-rotation'],
    'a delivery that is sent again when another program has the port',
    async (rig) => {
      rig.reply(204, 404);
      const { happened } = (await send(rig)) as { happened: readonly { delivery_id: string }[] };
      await rig.control(`/deliveries/${happened[0]?.delivery_id}/redeliver`);
    },
    { webhook: true },
  ],
  [
    ['delivery-forged', 'delivery-stale', 'delivery-forged-repeat'],
    'forged and stale deliveries while the handler is down',
    async (rig) => {
      rig.reply('refused', 'refused');
      await times(2, () => send(rig));
    },
    { webhook: true, faults: ['webhook:signaturex1', 'webhook:stale@1'] },
  ],
  [
    ['delivery-unknown-type', 'delivery-null-event'],
    'a handler that is restarted just then',
    async (rig) => {
      rig.reply(204, 502, 503, 204);
      await send(rig);
      await rig.control('/trigger', { type: 'thread.updated', data: {} });
      await rig.control('/do', { action: 'suspend' });
      await rig.control('/do', { action: 'reinstate' });
      await send(rig);
    },
    { webhook: true },
  ],
];
