import { expect, it } from 'vitest';
import type { AnySeen, Evidence } from '../../../src/sandbox/audit/evidence.ts';
import { evidenceOf } from '../../../src/sandbox/audit/evidence-of.ts';
import { rules } from '../../../src/sandbox/audit/rules.ts';
import { type AuditRig, auditRig, list } from '../../support/audit/rig.ts';
import { jsonOf } from '../../support/sandbox/client.ts';

const hour = 3_601_000;

/** Traffic of which there may be very much, by what there is much of. */
const plays: readonly (readonly [string, (rig: AuditRig, count: number) => Promise<unknown>])[] = [
  [
    'pages',
    async (rig, count) => {
      const { access } = await rig.connect();
      let cursor: unknown = null;
      for (let done = 0; done < count; done++) {
        const page = jsonOf(await rig.read(access, `${list}?limit=5${cursor === null ? '' : `&cursor=${cursor}`}`));
        cursor = page['next_cursor'] ?? null;
      }
    },
  ],
  [
    'requests that are refused',
    async (rig, count) => {
      const { access } = await rig.connect();
      for (let done = 0; done < count; done++) {
        await rig.read(access, `${list}?cursor=${done % 2 === 0 ? '' : `abcdefgh${done}`}`);
        await rig.read(access, `/events/evt_test_published/${done}`);
      }
    },
  ],
  [
    'requests and refreshes after the end of a login',
    async (rig, count) => {
      const { access, refresh } = await rig.connect();
      await rig.control('/revoke', {});
      for (let done = 0; done < count; done++) {
        await rig.read(access, `${list}?limit=${done % 2}`);
        await rig.app.refresh(refresh);
      }
    },
  ],
  [
    'refreshes',
    async (rig, count) => {
      let login: { readonly access: string; readonly refresh: string } = await rig.connect();
      for (let done = 0; done < count; done++) {
        rig.clock.advance(hour);
        await rig.read(login.access);
        login = await rig.refresh(login.refresh);
        await rig.read(login.access);
      }
    },
  ],
  [
    'logins',
    async (rig, count) => {
      for (let done = 0; done < count; done++) {
        const { access, refresh } = await rig.connect();
        rig.clock.advance(hour);
        await rig.read(access);
        await rig.refresh(refresh);
        await rig.app.refresh(refresh);
        await rig.read(access);
        await rig.app.refresh(`rev_refresh_${done}`);
      }
    },
  ],
  [
    'deliveries',
    async (rig, count) => {
      for (let done = 0; done < count; done++) {
        const { happened } = (await rig.control('/do', { action: 'apply' })) as {
          happened: readonly { delivery_id: string }[];
        };
        await rig.control('/faults', { add: ['webhook:signaturex1'] });
        await rig.control(`/deliveries/${happened[0]?.delivery_id}/redeliver`);
        await rig.control('/trigger', { type: 'sandbox.added_later', data: {} });
      }
    },
  ],
  [
    'code exchanges that are refused',
    async (rig, count) => {
      const { code } = await rig.connect();
      for (let done = 0; done < count; done++) {
        const headers = [['Authorization', 'Basic eDp5'] as const];
        await rig.app.post('/oauth/token', { grant_type: 'authorization_code', code }, headers);
      }
    },
  ],
  [
    'deliveries during a rotation',
    async (rig, count) => {
      await rig.control('/rotate', {});
      for (let done = 0; done < count; done++) await rig.control('/do', { action: 'apply' });
    },
  ],
  [
    'connections that end',
    async (rig, count) => {
      for (let done = 0; done < count; done++) {
        const { access } = await rig.connect();
        await rig.control('/revoke', {});
        await rig.read(access);
      }
    },
  ],
];

/** The same evidence, of which every look at a thing is counted. */
function counted({ authorizes, consents, tokens, apis, deliveries, acts, logins, eventIds }: Evidence) {
  let looks = 0;
  const get = (target: object, name: string | symbol) => {
    looks++;
    return Reflect.get(target, name);
  };
  const watched: readonly AnySeen[] = [...authorizes, ...consents, ...tokens, ...apis, ...deliveries, ...acts];
  const evidence = evidenceOf(
    watched.map((one) => new Proxy<AnySeen>(one, { get })),
    { logins, eventIds },
  );
  return { evidence, looks: () => looks };
}

/** How often each rule looks at something. */
async function looksOf(play: (rig: AuditRig, count: number) => Promise<unknown>, count: number) {
  const rig = auditRig({ webhook: true, hasRateLimits: false });
  await play(rig, count);
  return rules.map(({ id, judge }) => {
    const { evidence, looks } = counted(rig.sandbox.evidence());
    const before = looks();
    judge(evidence);
    return { id, looks: looks() - before };
  });
}

it.each(plays)('every rule takes linear time, with many %s', async (_, play) => {
  const few = await looksOf(play, 40);
  const many = await looksOf(play, 160);
  const grown = many.filter(({ looks }, index) => looks > 5 * (few[index]?.looks ?? 0) + 200);
  expect(
    grown.map(({ id, looks }) => `${id}: ${few.find((one) => one.id === id)?.looks} looks, then ${looks}`),
  ).toEqual([]);
});
