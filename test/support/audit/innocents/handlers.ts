import { type AuditRig, list } from '../rig.ts';
import { event, hour, type Innocent, times } from './innocent.ts';

const send = (rig: AuditRig) => rig.control('/do', { action: 'apply' });

/** Handlers that are started again, are slow once, or have a secret of yesterday; and connections that end. */
export const innocentHandlers: readonly Innocent[] = [
  [
    ['delivery-in-time'],
    'a handler that stands at a breakpoint once',
    async (rig) => {
      rig.reply(204, 'silence', 204);
      await times(3, () => send(rig));
    },
    { webhook: true },
  ],
  [
    ['delivery-accepted', 'delivery-rotation'],
    'a handler that gets the new secret only after the rotation has ended',
    async (rig) => {
      await send(rig);
      await rig.control('/rotate', {});
      await rig.control('/rotate', { finish: true });
      rig.reply(401, 401);
      await times(2, () => send(rig));
      await send(rig);
    },
    { webhook: true },
  ],
  [
    ['delivery-unknown-type', 'delivery-null-event'],
    'a database that is locked just then, and a second attempt that is taken',
    async (rig) => {
      await send(rig);
      rig.reply(500);
      await rig.control('/trigger', { type: 'thread.updated', data: {} });
      await rig.control('/clock/advance', { ms: 11_000 });
      await send(rig);
    },
    { webhook: true },
  ],
  [
    ['delivery-accepted', 'delivery-direct', 'delivery-repeat'],
    'a proxy without the handler behind it: 502, 503, 504, 429 and 404',
    async (rig) => {
      rig.reply(502, 503, 504, 429, 404);
      await times(5, () => send(rig));
    },
    { webhook: true },
  ],
  [
    ['delivery-repeat'],
    'a repeat that meets another secret',
    async (rig) => {
      const { happened } = (await send(rig)) as { happened: readonly { delivery_id: string }[] };
      await rig.control('/rotate', {});
      await rig.control('/rotate', { finish: true });
      rig.reply(401);
      await rig.control(`/deliveries/${happened[0]?.delivery_id}/redeliver`);
    },
    { webhook: true },
  ],
  [
    ['deletion-silence', 'revoked-stops'],
    'an organizer who connects again, and ends that connection as well',
    async (rig) => {
      await times(3, async () => {
        const { access } = await rig.connect();
        await rig.read(access);
        rig.clock.advance(90_000);
        await rig.control('/revoke', {});
        await rig.read(access);
      });
    },
    { webhook: true },
  ],
  [
    ['deletion-silence'],
    'two connections of an event, of which one goes on until it is ended as well',
    async (rig) => {
      const [first, second] = [await rig.connect(), await rig.connect()];
      await rig.control('/revoke', {});
      rig.clock.advance(2_000);
      await rig.read(first.access, list);
      await rig.read(second.access, event);
    },
    { webhook: true },
  ],
  [
    ['token-event', 'token-kind', 'expired-refreshed'],
    'two logins that are refreshed in turn after the clock was moved',
    async (rig) => {
      const logins = [await rig.connect(), await rig.connect()];
      rig.clock.advance(hour);
      for (const { access, refresh } of logins) {
        await rig.read(access);
        await rig.read((await rig.refresh(refresh)).access);
      }
    },
  ],
  [
    ['polling'],
    'a daily reconcile, each day at the same time',
    async (rig) => {
      await send(rig);
      let login: { readonly access: string; readonly refresh: string } = await rig.connect();
      await times(12, async () => {
        await rig.read(login.access, list);
        await rig.control('/clock/advance', { ms: 24 * hour });
        login = await rig.refresh(login.refresh);
      });
    },
    { webhook: true },
  ],
];
