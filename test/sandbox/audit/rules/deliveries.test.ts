import { acting } from '../../../support/audit/acts.ts';
import { type AuditRig, list } from '../../../support/audit/rig.ts';
import { describeRules } from '../../../support/audit/rows.ts';

const send = (rig: AuditRig) => rig.control('/do', { action: 'apply' });

/** Sends a delivery, and the same one again. */
async function repeat(rig: AuditRig) {
  const { happened } = (await send(rig)) as { happened: readonly { delivery_id: string }[] };
  await rig.control(`/deliveries/${happened[0]?.delivery_id}/redeliver`);
}

const unknown = (rig: AuditRig) => rig.control('/trigger', { type: 'thread.updated', data: {} });
const suspend = (rig: AuditRig) => rig.control('/do', { action: 'suspend' });

/** Something that is answered with a status, between two deliveries that are acknowledged. */
async function between(rig: AuditRig, status: number, happen: (rig: AuditRig) => Promise<unknown>) {
  rig.reply(204, status, 204);
  await send(rig);
  await happen(rig);
  if (happen === suspend) await rig.control('/do', { action: 'reinstate' });
  await send(rig);
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
      rig.reply(204, 204, 204, 500);
      await send(rig);
      await send(rig);
      await send(rig);
    },
    calm: {
      'a handler that goes down between the two': async (rig) => {
        rig.reply(204, 500);
        await send(rig);
      },
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
    // It has taken one with the new secret, and refuses the old one.
    broken: async (rig) => {
      await rotated(rig);
      rig.reply(401, 401);
      await send(rig);
      await send(rig);
    },
    calm: {
      'a handler that does not know the new secret': async (rig) => {
        rig.reply(401, 401, 401, 401);
        await rotated(rig);
      },
    },
  },
  {
    rule: 'delivery-forged-repeat',
    rig: { webhook: true, faults: ['webhook:signaturex1@1'] },
    held: async (rig) => {
      rig.reply(204, 401);
      await repeat(rig);
    },
    broken: repeat,
    calm: {
      'a handler that takes every forged delivery': [
        { webhook: true, faults: ['webhook:signaturex2@1'] },
        async (rig) => {
          await repeat(rig);
          await send(rig);
        },
      ],
      'a forged delivery that is new': async (rig) => {
        await send(rig);
        await send(rig);
      },
    },
  },
  {
    rule: 'delivery-unknown-type',
    rig: { webhook: true },
    held: (rig) => between(rig, 204, unknown),
    broken: (rig) => between(rig, 422, unknown),
    calm: {
      'a handler that is down for a moment': (rig) => between(rig, 503, unknown),
      'a handler that fails at everything': async (rig) => {
        rig.reply(500, 500, 500);
        await send(rig);
        await unknown(rig);
        await send(rig);
      },
    },
  },
  {
    rule: 'delivery-null-event',
    rig: { webhook: true },
    held: (rig) => between(rig, 204, suspend),
    broken: (rig) => between(rig, 500, suspend),
  },
  {
    rule: 'snapshot-used',
    rig: { webhook: true },
    held: (rig) => acting(rig, 'snapshot', {}, () => send(rig)),
    broken: async (rig) => {
      const { access } = await rig.connect();
      await acting(rig, 'snapshot', {}, async () => {
        await send(rig);
        await rig.read(access, list);
      });
    },
  },
  {
    rule: 'webhook-check',
    rig: { webhook: true },
    held: (rig) => acting(rig, 'webhook-check', { cases: 46, failed: '' }),
    broken: (rig) => acting(rig, 'webhook-check', { cases: 46, failed: 'timestamp-text' }),
    calm: {
      'a case that another rule explains': async (rig) => {
        rig.reply(401);
        await send(rig);
        await acting(rig, 'webhook-check', { cases: 46, failed: 'valid' });
      },
    },
  },
]);
