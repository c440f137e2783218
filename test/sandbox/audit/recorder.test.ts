import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Audit, Recorder } from '../../../src/sandbox/audit/recorder.ts';
import { rules } from '../../../src/sandbox/audit/rules.ts';
import { auditRig, list } from '../../support/audit/rig.ts';
import { fakeClock } from '../../support/fake-clock.ts';

const signed = { signedWith: 'only', secret: randomBytes(16).toString('hex') } as const;

describe('the audit', () => {
  it('has at least thirty rules, each with a name of its own', () => {
    expect(rules.length).toBeGreaterThanOrEqual(30);
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
  });

  it.each(rules.map((rule) => [rule.id, rule] as const))(
    'says of %s why, what to do, and who demands it',
    (_, rule) => {
      const { title, why, fix, source, needs } = rule;
      expect([title, why, fix, source, needs].filter((text) => text.length < 7 || /[.\n]$/.test(text))).toEqual([]);
      expect(source).toMatch(/guide|RFC \d+ section/);
    },
  );

  it('calls nothing held before anything happened', () => {
    expect(auditRig().findings('not_seen')).toEqual(rules.map(({ id }) => id));
  });

  it('keeps no secret: no token, code, verifier, state or client secret', async () => {
    const rig = auditRig();
    const { access, refresh, code, verifier } = await rig.connect({ state: rig.app.state });
    await rig.app.refresh(refresh, { code_verifier: verifier });
    await rig.app.refresh(refresh);
    await rig.app.get(`/api/v1/${access}/${rig.app.clientSecret}?access_token=${access}`, rig.pinned());
    await rig.app.post(`/oauth/token?client_secret=${rig.app.clientSecret}&code=${code}`, {});
    const shown = JSON.stringify(rig.sandbox.audit());
    expect(rig.findings('broken')).toContain('secret-not-in-url');
    for (const secret of [access, refresh, code, verifier, rig.app.state, rig.app.clientSecret]) {
      expect(shown).not.toContain(secret);
    }
  });

  it('numbers the requests that show a breach', async () => {
    const rig = auditRig();
    const { access } = await rig.connect();
    await rig.read(access);
    await rig.read(access, `${list}?limit=100`);
    const found = rig.sandbox.audit().findings.find(({ rule }) => rule === 'limit-most');
    expect(found).toMatchObject({
      verdict: 'broken',
      count: 1,
      breaches: [
        {
          what: 'limit is 100',
          requests: [{ number: 4, line: `GET /api/v1${list} 400 validation_error` }],
        },
      ],
    });
  });

  it('remembers a breach after a reset, and judges what follows by itself', async () => {
    const rig = auditRig();
    await rig.connect({ state: null });
    await rig.control('/reset');
    await rig.connect();
    expect(rig.findings('broken')).toEqual(['state-sent']);
    expect(rig.sandbox.audit().findings.find(({ rule }) => rule === 'state-sent')?.count).toBe(1);
  });

  it('forgets a breach with its evidence, but not which tokens belong to a login', async () => {
    const rig = auditRig();
    const { access } = await rig.connect({ state: null });
    expect(rig.findings('broken')).toEqual(['state-sent']);
    rig.sandbox.forget();
    await rig.read(access);
    expect(rig.findings('broken')).toEqual([]);
    expect(rig.sandbox.evidence().apis.map(({ login }) => login)).toEqual([expect.any(Number)]);
  });

  it('runs in small pieces between other work, and covers everything that came before its request', async () => {
    const recorder = new Recorder({ clock: fakeClock(), clients: [], eventIds: [] });
    const about = { event: 'activity.updated', event_id: null, subject: 'act_1', delivery_id: '1' };
    const [first, second] = [recorder.sending(about, 'signature', signed), recorder.sending(about, 'stale', signed)];
    first(204);
    let turns = 0;
    const count = () => {
      turns++;
      setImmediate(count).unref();
    };
    count();
    const early = recorder.verdict();
    await new Promise((resolve) => setImmediate(resolve));
    second(204);
    const asked = recorder.verdict();
    const broken = ({ findings }: Audit) =>
      findings.filter(({ verdict }) => verdict === 'broken').map(({ rule }) => rule);
    expect(broken(await early)).toEqual(['delivery-forged']);
    expect(turns).toBeGreaterThan(rules.length / 2);
    expect(broken(await asked)).toEqual(['delivery-forged', 'delivery-stale']);
  });

  it('keeps findings when it drops what they came from, so that memory stays bounded', () => {
    const clock = fakeClock();
    const recorder = new Recorder({ clock, clients: [], eventIds: [] }, 10);
    const about = { event: 'activity.updated', event_id: null, subject: 'act_1' };
    const send = (id: string, status: number) =>
      recorder.sending({ ...about, delivery_id: id }, 'signature', signed)(status);
    send(randomBytes(8).toString('hex'), 204);
    for (let count = 0; count < 95; count++) send(`${count}`, 401);
    expect(recorder.audit().since).toBe(clock.now());
    const { seen, findings } = recorder.audit();
    expect(seen).toBe(96);
    expect(findings.find(({ rule }) => rule === 'delivery-forged')).toMatchObject({ verdict: 'broken', count: 1 });
  });
});
