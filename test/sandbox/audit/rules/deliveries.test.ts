import type { AuditRig } from '../../../support/audit-rig.ts';
import { describeRules } from '../../../support/audit-rows.ts';

const send = (rig: AuditRig) => rig.control('/do', { action: 'apply' });

/** Sends a delivery, and the same one again. */
async function repeat(rig: AuditRig) {
  const { happened } = (await send(rig)) as { happened: readonly { delivery_id: string }[] };
  await rig.control(`/deliveries/${happened[0]?.delivery_id}/redeliver`);
}

async function rotated(rig: AuditRig) {
  await rig.control('/rotate');
  await send(rig);
  await send(rig);
}

describeRules([
  {
    rule: 'delivery-in-time',
    rig: { webhook: true },
    held: send,
    broken: async (rig) => {
      rig.reply('silence');
      await send(rig);
    },
    calm: {
      'a handler that is not running': async (rig) => {
        rig.reply('refused');
        await send(rig);
      },
    },
  },
  {
    rule: 'delivery-accepted',
    rig: { replies: [], webhook: true },
    held: send,
    broken: async (rig) => {
      rig.reply(401);
      await send(rig);
    },
    calm: {
      'a handler that fails at first': async (rig) => {
        rig.reply(503);
        await send(rig);
      },
      'a forged delivery': [{ faults: ['webhook:signature'], replies: [401] }, send],
      'a rotation that the handler does not know of': async (rig) => {
        rig.reply(401);
        await rotated(rig);
      },
    },
  },
  {
    rule: 'delivery-direct',
    rig: { webhook: true },
    held: send,
    broken: async (rig) => {
      rig.reply(308);
      await send(rig);
    },
  },
  {
    rule: 'delivery-repeat',
    rig: { webhook: true },
    held: repeat,
    broken: async (rig) => {
      rig.reply(204, 409);
      await repeat(rig);
    },
    calm: {
      'a retry after a failure': async (rig) => {
        rig.reply(500, 204);
        await repeat(rig);
      },
      'something in front of the handler': async (rig) => {
        rig.reply(204, 502);
        await repeat(rig);
      },
    },
  },
  {
    rule: 'delivery-repeat',
    rig: { faults: ['webhook:twice'], webhook: true },
    held: send,
    broken: async (rig) => {
      rig.reply(204, 500);
      await send(rig);
    },
  },
  {
    rule: 'delivery-forged',
    rig: { faults: ['webhook:signature'], webhook: true },
    held: async (rig) => {
      rig.reply(401);
      await send(rig);
    },
    broken: send,
  },
  {
    rule: 'delivery-stale',
    rig: { faults: ['webhook:stale'], webhook: true },
    held: async (rig) => {
      rig.reply(401);
      await send(rig);
    },
    broken: send,
  },
  {
    rule: 'delivery-rotation',
    rig: { webhook: true },
    held: rotated,
    broken: async (rig) => {
      rig.reply(401);
      await rotated(rig);
    },
  },
]);
