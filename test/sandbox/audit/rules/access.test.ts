import { randomUUID } from 'node:crypto';
import { acting } from '../../../support/audit/acts.ts';
import { type AuditRig, list } from '../../../support/audit/rig.ts';
import { describeRules } from '../../../support/audit/rows.ts';

const accept = ['Accept', 'application/vnd.revento.v1+json'] as const;
const hour = 3_601_000;
const event = '/events/evt_test_published';

/** A request some time after data.deletion_required was acknowledged. */
async function readsAfterDeletion(rig: AuditRig, afterMs: number) {
  const { access } = await rig.connect();
  await rig.control('/revoke', {});
  rig.clock.advance(afterMs);
  await rig.read(access);
}

describeRules([
  {
    rule: 'revoked-stops',
    held: async (rig) => {
      const { access } = await rig.connect();
      await rig.control('/revoke', {});
      await rig.read(access);
    },
    broken: async (rig) => {
      const { access } = await rig.connect();
      await rig.control('/revoke', {});
      await rig.read(access);
      await rig.read(access);
      await rig.read(access);
    },
    calm: {
      'calls of the same moment': async (rig) => {
        const { access } = await rig.connect();
        await rig.control('/revoke', {});
        await Promise.all([rig.read(access), rig.read(access), rig.read(access, list)]);
        await rig.read(access);
      },
      'a login after it': async (rig) => {
        const { access } = await rig.connect();
        await rig.control('/revoke', {});
        await rig.read(access);
        const next = await rig.connect();
        await rig.read(next.access);
        await rig.read(next.access);
      },
    },
  },
  {
    rule: 'ended-stops',
    rig: { faults: ['refresh:invalid_grantx1'] },
    held: async (rig) => {
      const { access, refresh } = await rig.connect();
      rig.clock.advance(hour);
      await rig.read(access);
      await rig.app.refresh(refresh);
    },
    broken: async (rig) => {
      const { access, refresh } = await rig.connect();
      rig.clock.advance(hour);
      await rig.read(access);
      await rig.app.refresh(refresh);
      for (let minutes = 0; minutes < 3; minutes++) {
        rig.clock.advance(60_000);
        await rig.read(access);
      }
    },
    calm: {
      'another process that got new tokens': async (rig) => {
        const { access, refresh } = await rig.connect();
        rig.clock.advance(hour);
        await rig.app.refresh(refresh);
        for (let calls = 0; calls < 3; calls++) {
          rig.clock.advance(2_000);
          await rig.read(access);
        }
        await rig.refresh(refresh);
      },
    },
  },
  {
    rule: 'deletion-silence',
    rig: { webhook: true },
    held: async (rig) => {
      await rig.read((await rig.connect()).access);
      await rig.control('/revoke', {});
    },
    unseen: {
      'an integration that never read anything': async (rig) => {
        await rig.connect();
        await rig.control('/revoke', {});
      },
    },
    broken: async (rig) => {
      const { access } = await rig.connect();
      await rig.control('/revoke', {});
      rig.clock.advance(60_000);
      await rig.read(access);
    },
    calm: {
      'a call that was on its way': async (rig) => {
        const { access } = await rig.connect();
        await rig.control('/revoke', {});
        await rig.read(access);
      },
      'a delivery that did not arrive': [
        { replies: [503] },
        async (rig) => {
          const { access } = await rig.connect();
          await rig.control('/revoke', {});
          rig.clock.advance(5_000);
          await rig.read(access);
        },
      ],
    },
  },
  {
    rule: 'deletion-silence',
    rig: { webhook: true },
    held: async (rig) => {
      await rig.read((await rig.connect()).access);
      await rig.control('/revoke', {});
    },
    broken: (rig) => acting(rig, 'deletion', { sync: 'failed', allowed_s: 40 }, () => readsAfterDeletion(rig, 40_000)),
    calm: {
      'a sync that is tried too early': (rig) =>
        acting(rig, 'deletion', { sync: 'failed', allowed_s: 70 }, () => readsAfterDeletion(rig, 40_000)),
      'a deletion that is worked before the last try': (rig) =>
        acting(rig, 'deletion', { sync: 'failed' }, () => readsAfterDeletion(rig, 40_000)),
    },
  },
  {
    rule: 'token-kind',
    held: async (rig) => rig.read((await rig.connect()).access),
    broken: async (rig) => rig.read((await rig.connect()).access, '/me/profile'),
    calm: {
      'a refusal that the sandbox injected': [
        { faults: ['api:user_token_required'] },
        async (rig) => rig.read((await rig.connect()).access),
      ],
    },
  },
  {
    rule: 'token-event',
    held: async (rig) => rig.read((await rig.connect()).access),
    broken: async (rig) => rig.read((await rig.connect()).access, '/events/evt_test_neighbor'),
    calm: {
      'an event that does not exist': async (rig) => rig.read((await rig.connect()).access, '/events/undefined'),
    },
  },
  {
    rule: 'read-only',
    held: async (rig) => rig.read((await rig.connect()).access),
    broken: async (rig) => {
      const { access } = await rig.connect();
      await rig.app.send('POST', `/api/v1${list}`, [['Authorization', `Bearer ${access}`], ...rig.pinned()], '{}');
    },
  },
  {
    rule: 'accept-pinned',
    held: async (rig) => rig.read((await rig.connect()).access),
    broken: async (rig) => rig.app.api(event, (await rig.connect()).access, [['X-Revento-Request-Id', randomUUID()]]),
  },
  {
    rule: 'request-id',
    held: async (rig) => rig.read((await rig.connect()).access),
    broken: async (rig) => rig.app.api(event, (await rig.connect()).access, [accept]),
  },
  {
    rule: 'request-id-uuid',
    held: async (rig) =>
      rig.app.api(event, (await rig.connect()).access, [
        accept,
        ['X-Revento-Request-Id', randomUUID().replaceAll('-', '')],
      ]),
    broken: async (rig) =>
      rig.app.api(event, (await rig.connect()).access, [accept, ['X-Revento-Request-Id', 'request-7']]),
  },
  {
    rule: 'request-id-fresh',
    held: async (rig) => {
      const { access } = await rig.connect();
      await rig.read(access);
      await rig.read(access, list);
    },
    broken: async (rig) => {
      const { access } = await rig.connect();
      const same = [accept, ['X-Revento-Request-Id', randomUUID()]] as const;
      await rig.app.api(event, access, same);
      await rig.app.api(list, access, same);
    },
    calm: {
      'a retry of the same request': async (rig) => {
        const { access } = await rig.connect();
        const same = [accept, ['X-Revento-Request-Id', randomUUID()]] as const;
        await rig.app.api(event, access, same);
        await rig.app.api(event, access, same);
      },
    },
  },
]);
