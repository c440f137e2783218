import { type AuditRig, list } from '../../../support/audit/rig.ts';
import { describeRules } from '../../../support/audit/rows.ts';
import { jsonOf } from '../../../support/sandbox/client.ts';

/** Asks for the first page; its cursor. */
async function first(rig: AuditRig, query = 'limit=25') {
  const { access } = await rig.connect();
  const page = jsonOf(await rig.read(access, `${list}?${query}`));
  return { access, cursor: `${page['next_cursor']}` };
}

async function whole(rig: AuditRig) {
  const { access, cursor } = await first(rig);
  await rig.read(access, `${list}?limit=25&cursor=${cursor}`);
}

describeRules([
  {
    rule: 'cursor-opaque',
    held: whole,
    broken: async (rig) => {
      const { access, cursor } = await first(rig);
      await rig.read(access, `${list}?limit=25&cursor=${cursor.toUpperCase()}`);
    },
    calm: {
      'a cursor that a test made up': async (rig) => {
        const { access } = await first(rig);
        await rig.read(access, `${list}?limit=25&cursor=not-a-cursor`);
      },
      'a cursor of an earlier sandbox': async (rig) => {
        const { cursor } = await first(rig, 'limit=10');
        await rig.control('/reset', {});
        const { access } = await rig.connect();
        await rig.read(access, `${list}?limit=10&cursor=${[...cursor].reverse().join('')}`);
      },
    },
  },
  {
    rule: 'cursor-opaque',
    held: whole,
    broken: async (rig) => {
      const { access, cursor } = await first(rig);
      await rig.read(access, `/events/evt_test_published/activities?limit=25&cursor=${cursor}`);
    },
  },
  {
    rule: 'list-end',
    held: whole,
    broken: async (rig) => {
      const { access } = await first(rig, 'limit=50');
      await rig.read(access, `${list}?limit=50&cursor=null`);
    },
  },
  {
    rule: 'pages-followed',
    held: whole,
    broken: async (rig) => {
      const { access, cursor } = await first(rig);
      await rig.read(access, `${list}?limit=25&page_token=${cursor}`);
    },
  },
  {
    rule: 'pages-stuck',
    held: whole,
    broken: async (rig) => {
      const { access } = await first(rig);
      for (let count = 0; count < 20; count++) await rig.read(access, `${list}?limit=25`);
    },
    calm: {
      'a test suite that asks for the first page': async (rig) => {
        const { access } = await first(rig);
        for (let count = 0; count < 15; count++) await rig.read(access, `${list}?limit=25`);
      },
      'a preview of a few rows': async (rig) => {
        const { access } = await first(rig, 'limit=5');
        for (let count = 0; count < 10; count++) await rig.read(access, `${list}?limit=5`);
      },
      'a start page that shows the first ones now and then': async (rig) => {
        const { access } = await first(rig);
        for (let count = 0; count < 10; count++) {
          rig.clock.advance(30_000);
          await rig.read(access, `${list}?limit=25`);
        }
      },
    },
  },
  {
    rule: 'limit-most',
    held: whole,
    broken: (rig) => first(rig, 'limit=100'),
  },
  {
    rule: 'limit-kept',
    held: whole,
    broken: async (rig) => {
      const { access, cursor } = await first(rig);
      await rig.read(access, `${list}?cursor=${cursor}`);
    },
    calm: {
      'a last page that asks for fewer': async (rig) => {
        const { access, cursor } = await first(rig);
        await rig.read(access, `${list}?limit=5&cursor=${cursor}`);
      },
      'a list without a limit': async (rig) => {
        const { access, cursor } = await first(rig, '');
        await rig.read(access, `${list}?cursor=${cursor}`);
      },
    },
  },
]);
