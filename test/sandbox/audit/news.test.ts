import { expect, it } from 'vitest';
import { auditRig } from '../../support/audit/rig.ts';

const findings = async (rig: ReturnType<typeof auditRig>, query = '') => {
  const answer = await rig.app.send('GET', `/_sandbox/v1/log?kind=finding${query}`, [
    ['Authorization', `Bearer ${rig.key}`],
  ]);
  return JSON.parse(Buffer.from(answer.body).toString('utf8')) as {
    readonly entries: readonly {
      readonly rule: string;
      readonly what: string;
      readonly requests: readonly unknown[];
    }[];
    readonly cursor: number;
  };
};

it('tells each breach once, with the words of its rule and the requests that show it', async () => {
  const rig = auditRig();
  await rig.connect({ state: null });
  rig.clock.advance(2_000);
  const first = await findings(rig);
  expect(first.entries).toMatchObject([
    {
      rule: 'state-sent',
      level: 'must',
      what: 'the authorization request has no state',
      requests: [{ number: 1, line: 'GET /oauth/authorize 302' }],
    },
  ]);
  rig.clock.advance(2_000);
  expect((await findings(rig, `&after=${first.cursor}`)).entries).toEqual([]);
  await rig.connect({ state: null });
  rig.clock.advance(2_000);
  expect((await findings(rig, `&after=${first.cursor}`)).entries).toHaveLength(1);
});

it('tells nothing of what a later request excuses', async () => {
  const rig = auditRig();
  await rig.app.post('/oauth/token', { grant_type: 'refresh_token' }, [['Authorization', 'Basic YTpi']]);
  expect((await findings(rig)).entries).toEqual([]);
  await rig.connect();
  rig.clock.advance(2_000);
  expect((await findings(rig)).entries).toEqual([]);
});
