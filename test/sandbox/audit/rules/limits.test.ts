import { acting } from '../../../support/audit/acts.ts';
import { type AuditRig, list } from '../../../support/audit/rig.ts';
import { describeRules } from '../../../support/audit/rows.ts';

/** The same request several times, with these waits between. */
async function again(rig: AuditRig, waitsMs: readonly number[], path = list, token?: string) {
  const access = token ?? (await rig.connect()).access;
  await rig.read(access, path);
  for (const ms of waitsMs) {
    rig.clock.advance(ms);
    await rig.read(access, path);
  }
}

/** Requests of one token at once, each of which takes a while. */
async function atOnce(rig: AuditRig, count: number) {
  const { access } = await rig.connect();
  const calls = Array.from({ length: count }, () => rig.read(access));
  await new Promise((resolve) => setImmediate(resolve));
  rig.clock.advance(500);
  await Promise.all(calls);
}

/** Such requests, each after the answer to the one before. */
async function queued(rig: AuditRig, count: number) {
  const { access } = await rig.connect();
  for (let sent = 0; sent < count; sent++) {
    const call = rig.read(access);
    await new Promise((resolve) => setImmediate(resolve));
    rig.clock.advance(500);
    await call;
  }
}

describeRules([
  {
    rule: 'retry-after-waited',
    rig: { faults: ['api:429=5x1'] },
    held: (rig) => again(rig, [5_000]),
    broken: (rig) => again(rig, [1_000]),
    calm: {
      'a timer that fires a little early': (rig) => again(rig, [4_950]),
      'calls that were on their way': async (rig) => {
        const { access } = await rig.connect();
        await Promise.all([rig.read(access), rig.read(access)]);
      },
      'a limit without Retry-After': [{ faults: ['api:concurrent_limit_exceededx1'] }, (rig) => again(rig, [300])],
      'another token': async (rig) => {
        const [one, other] = [await rig.connect(), await rig.connect()];
        await rig.read(one.access);
        await rig.read(other.access);
      },
    },
  },
  {
    rule: 'retry-after-waited',
    rig: { faults: ['api:429=10x2'] },
    held: (rig) => again(rig, [10_000, 10_000]),
    // Sends again until it succeeds; then the same every ten seconds.
    broken: (rig) => again(rig, [300, 300, 10_000, 10_000, 10_000]),
    calm: {
      'two calls in a queue, each of which waits': (rig) => again(rig, [5, 10_000, 1_000]),
    },
  },
  {
    rule: 'in-flight',
    rig: { faults: ['api:slow=200ms'] },
    held: (rig) => atOnce(rig, 5),
    broken: (rig) => atOnce(rig, 6),
    calm: {
      'six requests one after the other': [{}, (rig) => again(rig, [10, 10, 10, 10, 10])],
      'two tokens with four each': async (rig) => {
        await Promise.all([atOnce(rig, 4), atOnce(rig, 4)]);
      },
    },
  },
  {
    rule: 'in-flight',
    rig: { faults: ['api:slow=200ms'] },
    held: (rig) => acting(rig, 'five-at-once', { sync: 'done' }, () => queued(rig, 5)),
    broken: (rig) => acting(rig, 'five-at-once', { sync: 'done' }, () => atOnce(rig, 6)),
    unseen: { 'requests one after the other': (rig) => queued(rig, 5) },
  },
  {
    rule: 'pace',
    held: (rig) => again(rig, Array(12).fill(10), '/events/evt_test_published'),
    broken: (rig) => again(rig, [...Array(30).fill(10), 60_000, ...Array(30).fill(10), 60_000, ...Array(30).fill(10)]),
    calm: {
      'refusals that the sandbox injected': [{ faults: ['api:429=1'] }, (rig) => again(rig, Array(12).fill(1_000))],
    },
  },
  {
    rule: 'backoff',
    rig: { faults: ['api:503x8'] },
    held: (rig) => again(rig, [500, 1_100, 1_900, 4_000]),
    broken: (rig) => again(rig, Array(8).fill(10)),
    calm: {
      'six calls at once that all fail': (rig) => again(rig, Array(5).fill(1)),
      'a health check every ten seconds during an outage': (rig) => again(rig, Array(8).fill(10_000)),
      'two quick retries': [{ faults: ['api:503x2'] }, (rig) => again(rig, [10, 10])],
      'a wait with jitter that happens to shrink': (rig) => again(rig, [700, 500, 1_900, 1_200]),
    },
  },
  {
    rule: 'backoff',
    rig: { faults: ['api:503x4'] },
    held: (rig) => again(rig, [500, 1_100, 1_900, 4_000]),
    broken: (rig) => again(rig, [1_000, 1_001, 1_000, 999]),
  },
  {
    rule: 'backoff',
    rig: { faults: ['api:503x8'] },
    held: (rig) => again(rig, [200, 400, 800, 1_600]),
    // A busy machine holds up one attempt.
    broken: (rig) => again(rig, [10, 10, 10, 140, 10, 10, 10, 10]),
    calm: {
      'a backoff that begins with a very short wait': (rig) => again(rig, [4, 8, 16, 32, 64, 128, 256]),
      'three short waits, and a long one': (rig) => again(rig, [10, 10, 10, 5_000]),
      'a sync with short waits that is started again': (rig) => again(rig, [10, 20, 40, 80, 160, 10, 20, 40]),
    },
  },
  {
    rule: 'refusal-final',
    held: (rig) => again(rig, [], '/events/evt_test_published/nothing'),
    broken: (rig) => again(rig, [150, 150, 150], '/events/evt_test_published/nothing'),
    calm: {
      'a page that is loaded again twice': (rig) => again(rig, [900, 700], '/events/evt_test_published/nothing'),
      'five calls at once': (rig) => again(rig, [1, 1, 1, 1], '/events/evt_test_published/nothing'),
      'two users with the same mistake': (rig) => again(rig, [100], '/events/evt_test_published/nothing'),
      'somebody who tries again a minute later': (rig) =>
        again(rig, [60_000, 60_000], '/events/evt_test_published/nothing'),
    },
  },
  {
    rule: 'invalid-token-final',
    held: (rig) => again(rig, [], list, 'rev_install_of_another_environment'),
    broken: (rig) => again(rig, [150, 150, 150], list, 'rev_install_of_another_environment'),
    calm: {
      'a health check every ten seconds with the wrong token': (rig) =>
        again(rig, Array(6).fill(10_000), list, 'rev_install_of_another_environment'),
    },
  },
  {
    rule: 'polling',
    rig: { webhook: true },
    held: async (rig) => {
      await rig.connect();
      for (let count = 0; count < 10; count++) await rig.control('/do', { action: 'apply' });
    },
    broken: async (rig) => {
      await rig.control('/do', { action: 'apply' });
      await again(rig, Array(10).fill(60_000));
    },
    calm: {
      'requests at irregular times': async (rig) => {
        await rig.control('/do', { action: 'apply' });
        await again(rig, [9_000, 70_000, 2_000, 40_000, 600_000, 3_000, 8_000, 90_000, 1_000, 20_000]);
      },
      'an integration that gets no deliveries': [{}, (rig) => again(rig, Array(10).fill(60_000))],
    },
  },
]);
