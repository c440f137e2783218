import type { Act } from '../act.ts';
import type { Stage } from '../stage.ts';

/** Time for the integration to call the API after a delivery. */
const reactionMs = 400;
const minuteMs = 61_000;
/** Most integrations have worked a deletion after one of these times, and then need not be given more. */
const sooner = [0, 2_000, 8_000];
/** Enough deliveries that polling is unnecessary. */
const many = 10;

export const deliveryActs: readonly Act[] = [
  // First: behind many deliveries, a handler that works slowly takes minutes for it.
  {
    id: 'deletion',
    title: 'consent is revoked, and data.deletion_required follows',
    brings: ['deletion-silence'],
    needs: ['webhook', 'connect', 'sync'],
    hasLogin: true,
    play: async (stage) => {
      // It may work the delivery a little later: again, with more time for that. The last time alone is judged.
      for (const afterMs of sooner.filter((ms) => ms < stage.deletionMs)) {
        const { sync, isSilent } = await syncAfterDeletion(stage, afterMs);
        if (isSilent) return { sync };
        await stage.connect();
      }
      // Read once: it grows with each deletion.
      const allowedMs = stage.deletionMs;
      const { sync } = await syncAfterDeletion(stage, allowedMs);
      return { sync, allowed_s: Math.round(allowedMs / 1000) };
    },
  },
  simple('delivery', 'a delivery', ['delivery-accepted', 'delivery-in-time', 'delivery-direct']),
  simple('delivery-forged', 'a forged delivery', ['delivery-forged'], 'webhook:signaturex1'),
  simple('delivery-stale', 'a delivery with an old timestamp', ['delivery-stale'], 'webhook:stalex1'),
  simple('delivery-future', 'a delivery with a future timestamp', ['delivery-stale'], 'webhook:futurex1'),
  simple('delivery-chunked', 'a delivery in chunks', ['delivery-accepted'], 'webhook:chunkedx1'),
  {
    id: 'delivery-repeat',
    title: 'a delivery is sent twice',
    brings: ['delivery-repeat'],
    needs: ['webhook'],
    hasLogin: false,
    play: async (stage) => {
      const id = await delivered(stage, 'apply');
      if (id !== null) await stage.ask('redeliver', { delivery_id: id });
      await stage.settled();
      return {};
    },
  },
  {
    id: 'delivery-forged-repeat',
    title: 'a forged delivery with the id of an earlier one',
    brings: ['delivery-forged-repeat'],
    needs: ['webhook'],
    hasLogin: false,
    play: async (stage) => {
      const id = await delivered(stage, 'apply');
      await stage.faults('webhook:signaturex1');
      if (id !== null) await stage.ask('redeliver', { delivery_id: id });
      await stage.settled();
      return {};
    },
  },
  {
    id: 'delivery-unknown-type',
    title: 'a delivery of an unknown type',
    brings: ['delivery-unknown-type'],
    needs: ['webhook'],
    hasLogin: false,
    play: async (stage) => {
      await delivered(stage, 'apply');
      await stage.ask('trigger', { type: 'sandbox.added_later', data: {} });
      await stage.settled();
      await delivered(stage, 'apply');
      return {};
    },
  },
  // Others come after it: only who acknowledges those refuses this one for what it is.
  {
    id: 'suspended',
    title: 'the integration is suspended for a while',
    brings: ['revoked-stops', 'delivery-null-event'],
    needs: ['webhook', 'connect', 'sync'],
    hasLogin: true,
    play: async (stage) => {
      await delivered(stage, 'suspend');
      const sync = await stage.sync();
      await stage.ask('do', { action: 'reinstate' });
      stage.forgetLogin();
      return { sync };
    },
  },
  {
    id: 'delivery-many',
    title: 'ten deliveries',
    brings: ['polling'],
    needs: ['webhook'],
    hasLogin: false,
    play: async (stage) => {
      for (let count = 0; count < many; count++) await stage.ask('do', { action: 'apply' });
      await stage.settled();
      return {};
    },
  },
  {
    id: 'snapshot',
    title: 'a delivery contains the whole resource',
    brings: ['snapshot-used'],
    needs: ['webhook', 'connect'],
    hasLogin: true,
    play: async (stage) => {
      await delivered(stage, 'approve');
      await stage.pause(reactionMs);
      return {};
    },
  },
  {
    id: 'webhook-check',
    title: 'every case of webhook check',
    brings: ['webhook-check'],
    needs: ['webhook'],
    hasLogin: false,
    play: async (stage) => {
      const { failed, cases } = await stage.checkHandler();
      // One of the cases is data.deletion_required, of another organization: some end the login of that event.
      stage.forgetLogin();
      return { cases, failed: failed.join(', ') };
    },
  },
  {
    id: 'rotation',
    title: 'the signing secret is rotated',
    brings: ['delivery-rotation'],
    needs: ['webhook', 'restart'],
    hasLogin: false,
    play: async (stage) => {
      await stage.ask('rotate', {});
      await stage.kill();
      const isBack = (await stage.restart()) === null;
      for (let turn = 0; isBack && turn < 2; turn++) await delivered(stage, 'apply');
      await stage.ask('rotate', { finish: true });
      return { restarted: isBack };
    },
  },
];

/** Revokes the consent, and syncs some time after data.deletion_required was acknowledged. */
async function syncAfterDeletion(stage: Stage, afterMs: number) {
  await stage.ask('revoke', {});
  await stage.settled();
  await stage.pause(afterMs);
  await stage.advance(minuteMs);
  const before = stage.evidence().apis.length;
  const sync = await stage.sync();
  stage.forgetLogin();
  return { sync, isSilent: stage.evidence().apis.length === before };
}

function simple(id: string, title: string, brings: readonly string[], ...faults: readonly string[]): Act {
  return {
    id,
    title,
    brings,
    needs: ['webhook'],
    hasLogin: false,
    play: async (stage: Stage) => {
      await stage.faults(...faults);
      await delivered(stage, 'apply');
      return {};
    },
  };
}

/** Makes a change, and waits until its delivery is answered. Gives the id of the delivery. */
async function delivered(stage: Stage, action: string): Promise<string | null> {
  const { happened } = await stage.ask('do', { action });
  await stage.settled();
  return happened[0]?.delivery_id ?? null;
}
