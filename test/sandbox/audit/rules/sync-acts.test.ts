import { acting, healthy } from '../../../support/audit/acts.ts';
import { type AuditRig, list } from '../../../support/audit/rig.ts';
import { describeRules } from '../../../support/audit/rows.ts';
import { jsonOf } from '../../../support/sandbox/client.ts';

const ends = (act: string, sync: string) => async (rig: AuditRig) => {
  await healthy(rig);
  await acting(rig, act, { sync });
};

/** Reads pages of twenty until there are no more, or as many. */
async function pages(rig: AuditRig, access: string, most = 10) {
  let cursor = '';
  for (let count = 0; count < most; count++) {
    const page = jsonOf(await rig.read(access, `${list}?limit=20${cursor === '' ? '' : `&cursor=${cursor}`}`));
    if (page['has_more'] !== true) return;
    cursor = encodeURIComponent(`${page['next_cursor']}`);
  }
}
const reads = (act: string, sync: string, most?: number) => async (rig: AuditRig) => {
  const { access } = await rig.connect();
  await acting(rig, act, { sync }, () => pages(rig, access, most));
};
/** Begins under a fault that the first request gets. */
const struck = (act: string, sync: string, most: number) => async (rig: AuditRig) => {
  const { access } = await rig.connect();
  await acting(rig, act, { sync }, async () => {
    await rig.read(access, `${list}?limit=20`).catch(() => undefined);
    await pages(rig, access, most);
  });
};

describeRules([
  {
    rule: 'syncs',
    held: healthy,
    broken: reads('sync', 'failed'),
    calm: {
      'a sync that fails because its request is refused': async (rig) => {
        const { access } = await rig.connect();
        await acting(rig, 'sync', { sync: 'failed' }, () => rig.read(access, `${list}?limit=51`));
      },
    },
  },
  { rule: 'syncs', held: healthy, broken: (rig) => acting(rig, 'sync', { sync: 'done' }) },
  {
    rule: 'stays-up',
    held: ends('page-cut', 'failed'),
    broken: (rig) => acting(rig, 'access-denied', { landed: 400, ended: 1 }),
    calm: { 'a sync that does not end': ends('page-cut', 'no answer') },
  },
  {
    rule: 'list-whole',
    held: reads('sync', 'done'),
    broken: reads('sync', 'done', 1),
    calm: {
      'a sync that says it failed': reads('sync', 'failed', 1),
      'the first rows of another list': async (rig) => {
        const { access } = await rig.connect();
        const play = () => rig.read(access, '/events/evt_test_published/activities?limit=1');
        await acting(rig, 'sync', { sync: 'done' }, play);
      },
    },
  },
  {
    rule: 'empty-page-followed',
    rig: { faults: ['api:emptyx1@1'] },
    held: reads('empty-page', 'done'),
    broken: reads('empty-page', 'done', 2),
  },
  {
    rule: 'cursor-circle',
    held: ends('cursor-circle', 'failed'),
    broken: ends('cursor-circle', 'no answer'),
  },
  { rule: 'unknown-tolerated', held: ends('unknown-fields', 'done'), broken: ends('unknown-status', 'failed') },
  {
    rule: 'message-ignored',
    held: async (rig) => {
      await ends('expired', 'done')(rig);
      await acting(rig, 'scrambled-messages', { sync: 'done' });
    },
    broken: async (rig) => {
      await ends('expired', 'done')(rig);
      await acting(rig, 'scrambled-messages', { sync: 'failed' });
    },
    calm: {
      'an integration that never refreshes': async (rig) => {
        await ends('expired', 'failed')(rig);
        await acting(rig, 'scrambled-messages', { sync: 'failed' });
      },
    },
  },
  {
    rule: 'page-cut',
    rig: { faults: ['api:cutx1'] },
    held: struck('page-cut', 'done', 10),
    // Another sync a minute later reads the page.
    broken: async (rig) => {
      const { access } = await rig.connect();
      await acting(rig, 'page-cut', { sync: 'done', after: 'done' }, async () => {
        await rig.read(access, `${list}?limit=20`).catch(() => undefined);
        rig.clock.advance(61_000);
        await pages(rig, access);
      });
    },
    calm: { 'a sync that says it failed': struck('page-cut', 'failed', 0) },
  },
  {
    rule: 'page-html',
    rig: { faults: ['api:htmlx1'] },
    held: struck('page-html', 'done', 10),
    broken: struck('page-html', 'done', 0),
  },
  { rule: 'page-html', held: ends('page-html', 'failed'), broken: ends('page-html', 'no answer') },
  {
    rule: 'concurrent-limit',
    rig: { faults: ['api:concurrent_limit_exceededx2'] },
    held: async (rig) => {
      const { access } = await rig.connect();
      await acting(rig, 'concurrent-limit', { sync: 'done' }, async () => {
        await rig.read(access, list);
        rig.clock.advance(100);
        await rig.read(access, list);
      });
    },
    broken: async (rig) => {
      const { access } = await rig.connect();
      await acting(rig, 'concurrent-limit', { sync: 'done' }, async () => {
        await rig.read(access, list);
        await rig.read(access, list);
      });
    },
    calm: {
      'two requests that are refused side by side': async (rig) => {
        const { access } = await rig.connect();
        await acting(rig, 'concurrent-limit', { sync: 'done' }, async () => {
          await rig.read(access, `${list}?limit=1`);
          await rig.read(access, `${list}?limit=2`);
        });
      },
    },
  },
  {
    rule: 'refresh-stored-first',
    held: async (rig) => {
      await healthy(rig);
      await acting(rig, 'killed-after-refresh', { killed: true, after: 'done' });
    },
    // It comes back with the refresh token that it had stored before, which is nobody else's mistake.
    broken: async (rig) => {
      const { refresh } = await healthy(rig);
      rig.clock.advance(3_601_000);
      await acting(rig, 'killed-after-refresh', { killed: true, after: 'failed' }, async () => {
        await rig.read((await rig.refresh(refresh)).access);
        rig.clock.advance(5_000);
        await rig.app.refresh(refresh);
      });
    },
    calm: {
      'an integration that could not be killed in time': async (rig) => {
        await healthy(rig);
        await acting(rig, 'killed-after-refresh', { killed: false, after: 'failed' });
      },
    },
  },
  {
    rule: 'second-event',
    held: async (rig) => {
      await healthy(rig);
      await acting(rig, 'second-event', { landed: 200, sync: 'done', after: 'done' });
    },
    broken: async (rig) => {
      await healthy(rig);
      await acting(rig, 'second-event', { landed: 200, sync: 'done', after: 'failed' });
    },
    calm: {
      'a token that was swapped, which is another rule': async (rig) => {
        const { access } = await healthy(rig);
        const play = () => rig.read(access, '/events/evt_test_neighbor');
        await acting(rig, 'second-event', { landed: 200, sync: 'failed', after: 'done' }, play);
      },
    },
  },
]);
