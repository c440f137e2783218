import { acting, healthy } from '../../../support/audit/acts.ts';
import { type AuditRig, list } from '../../../support/audit/rig.ts';
import { describeRules } from '../../../support/audit/rows.ts';
import { jsonOf } from '../../../support/sandbox/client.ts';

/** A sync that reads one page, which the fault of the rig comes with, and ends in some way. */
const ends = (act: string, sync: string) => async (rig: AuditRig) => {
  const { access } = await healthy(rig);
  await acting(rig, act, { sync }, () => rig.read(access, `${list}?limit=20`).catch(() => undefined));
};
/** The same where syncs never work. */
const lame = (act: string, sync: string) => async (rig: AuditRig) => {
  const { access } = await rig.connect();
  await acting(rig, 'sync', { sync: 'failed' }, () => rig.read(access, list));
  await acting(rig, act, { sync }, () => rig.read(access, `${list}?limit=20`).catch(() => undefined));
};
/** An act in which the sync sends no request. */
const idle = (act: string, sync: string) => async (rig: AuditRig) => {
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

/** An expired token, first with a plain message and then with a scrambled one. */
const scrambled = (plain: string, sync: string) => async (rig: AuditRig) => {
  await idle('expired', plain)(rig);
  await ends('scrambled-messages', sync)(rig);
};

describeRules([
  {
    rule: 'syncs',
    held: healthy,
    broken: reads('sync', 'failed'),
    calm: {
      'a sync that fails because its limit is refused': async (rig) => {
        const { access } = await rig.connect();
        await acting(rig, 'sync', { sync: 'failed' }, () => rig.read(access, `${list}?limit=51`));
      },
    },
  },
  {
    rule: 'syncs',
    held: healthy,
    broken: (rig) => acting(rig, 'sync', { sync: 'done' }),
    unseen: { 'a sync that is answered when it begins': (rig) => acting(rig, 'sync', { sync: 'went on' }) },
  },
  {
    rule: 'syncs',
    held: healthy,
    broken: async (rig) => {
      const { access } = await rig.connect();
      await acting(rig, 'sync', { sync: 'failed' }, () => rig.read(access, '/event/evt_test_published/participants'));
    },
  },
  {
    rule: 'stays-up',
    held: idle('page-cut', 'failed'),
    broken: (rig) => acting(rig, 'access-denied', { landed: 400, ended: 1 }),
    calm: { 'a sync that does not end': idle('page-cut', 'no answer') },
  },
  {
    rule: 'list-whole',
    held: reads('sync', 'done'),
    broken: reads('sync', 'done', 1),
    calm: {
      'a sync that says it failed': reads('sync', 'failed', 1),
      'a look at the first row before the whole list is read': async (rig) => {
        const { access } = await rig.connect();
        await acting(rig, 'sync', { sync: 'done' }, async () => {
          await rig.read(access, `${list}?limit=1`);
          await pages(rig, access);
        });
      },
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
    unseen: { 'a sync of one request': reads('empty-page', 'done', 1) },
  },
  {
    rule: 'cursor-circle',
    rig: { faults: ['api:circlex12@1'] },
    held: ends('cursor-circle', 'failed'),
    broken: ends('cursor-circle', 'no answer'),
    unseen: {
      'a sync that reads no list': async (rig) => {
        const { access } = await healthy(rig);
        await acting(rig, 'cursor-circle', { sync: 'done' }, () => rig.read(access));
      },
    },
  },
  {
    rule: 'unknown-tolerated',
    rig: { faults: ['api:extra@1'] },
    held: ends('unknown-fields', 'done'),
    broken: ends('unknown-status', 'failed'),
    unseen: {
      'a sync that reads nothing': idle('unknown-fields', 'done'),
      'an integration whose syncs never work': lame('unknown-fields', 'failed'),
    },
  },
  {
    rule: 'message-ignored',
    rig: { faults: ['api:messages', 'api:expiredx1@2'] },
    held: scrambled('done', 'done'),
    broken: scrambled('done', 'failed'),
    calm: { 'an integration that never refreshes': scrambled('failed', 'failed') },
    unseen: { 'an integration that never refreshes': scrambled('failed', 'failed') },
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
    unseen: {
      'a sync in which no page was cut': idle('page-cut', 'done'),
      'an integration whose syncs never work': struck('page-cut', 'failed', 0),
    },
  },
  {
    rule: 'page-html',
    rig: { faults: ['api:htmlx1'] },
    held: struck('page-html', 'done', 10),
    broken: struck('page-html', 'done', 0),
  },
  {
    rule: 'page-html',
    rig: { faults: ['api:htmlx1@1'] },
    held: ends('page-html', 'failed'),
    broken: ends('page-html', 'no answer'),
  },
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
    unseen: { 'a sync that was not refused': idle('concurrent-limit', 'done') },
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
