import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SandboxClock } from '../../../src/sandbox/clock/sandbox-clock.ts';
import { createSandbox } from '../../../src/sandbox/server/app.ts';
import { stillClock } from '../../support/fake-clock.ts';
import { integrationOf, jsonOf } from '../../support/sandbox/client.ts';

const start = stillClock().now();
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('a clock that is moved', () => {
  it('ends timers at their own moments, in order, also those that begin on the way', async () => {
    const clock = new SandboxClock(stillClock());
    const ended: (readonly [string, number])[] = [];
    const end = (name: string) => ended.push([name, clock.now() - start]);
    void clock.sleep(30).then(() => end('b'));
    void clock.sleep(10).then(() => {
      end('a');
      return clock.sleep(5).then(() => end('a2'));
    });
    void clock.sleep(30).then(() => end('c'));
    void clock.sleep(41).then(() => end('late'));
    await clock.moveTo(start + 40, settled);
    expect(ended).toEqual([
      ['a', 10],
      ['a2', 15],
      ['b', 30],
      ['c', 30],
    ]);
    expect(clock.now()).toBe(start + 40);
  });

  it('continues from where it was set, and stops on request', async () => {
    let now = start;
    const clock = new SandboxClock({ ...stillClock(), now: () => now });
    await clock.moveTo(start + 1_000, settled);
    now += 5;
    expect(clock.now()).toBe(start + 1_005);
    clock.hold();
    now += 50;
    expect(clock.now()).toBe(start + 1_005);
    clock.resume();
    now += 1;
    expect(clock.now()).toBe(start + 1_006);
    expect(clock.toReal(clock.now() + 60)).toBe(now + 60);
  });

  it('does not start every wait again for each timer it ends', async () => {
    let waits = 0;
    const still = stillClock();
    const clock = new SandboxClock({
      ...still,
      sleep: (ms, signal) => {
        waits++;
        return still.sleep(ms, signal);
      },
    });
    const timers = 200;
    const ended: number[] = [];
    for (let ms = 1; ms <= timers; ms++) void clock.sleep(ms).then(() => ended.push(ms));
    void clock.sleep(10 * timers).then(() => ended.push(10 * timers));
    await clock.moveTo(start + timers, settled);
    expect(ended).toEqual(Array.from({ length: timers }, (_, index) => index + 1));
    expect(waits).toBeLessThan(3 * timers);
  });

  it('lets timers run on in real time once it has been moved', async () => {
    let wake = () => {};
    const clock = new SandboxClock({
      ...stillClock(),
      sleep: (_ms, signal) =>
        new Promise((resolve, reject) => {
          wake = resolve;
          signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
        }),
    });
    const slept = clock.sleep(50);
    await clock.moveTo(start + 40, settled);
    wake();
    await slept;
  });

  it('lets a sleeper be woken by its signal', async () => {
    const clock = new SandboxClock(stillClock());
    const stop = new AbortController();
    const slept = clock.sleep(10, stop.signal);
    stop.abort('enough');
    await expect(slept).rejects.toBe('enough');
    await clock.moveTo(start + 100, settled);
  });
});

describe('a sandbox whose clock is moved', () => {
  const key = randomBytes(24).toString('hex');
  const setUp = (status = 204) => {
    const timestamps: string[] = [];
    const sandbox = createSandbox({
      clock: stillClock(),
      hasAutoConsent: true,
      controlKey: key,
      webhook: {
        url: 'http://127.0.0.1:3000/',
        secret: key,
        send: async ({ headers }) => {
          timestamps.push(headers.find(([name]) => name === 'X-Revento-Timestamp')?.[1] ?? '');
          return { status, headers: [], body: new Uint8Array() };
        },
      },
    });
    const app = integrationOf(sandbox);
    const ask = async (method: string, path: string, body?: unknown) =>
      jsonOf(
        await app.send(
          method,
          `/_sandbox/v1${path}`,
          [['Authorization', `Bearer ${key}`]],
          body === undefined ? '' : JSON.stringify(body),
        ),
      );
    const advance = (ms: number) => ask('POST', '/clock/advance', { ms });
    return { app, ask, advance, timestamps };
  };
  const dayMs = 86_400_000;

  it('performs every retry that is due, at its time, and signs each by the time of the machine', async () => {
    const { ask, advance, timestamps } = setUp(500);
    await ask('POST', '/trigger', { type: 'activity.updated' });
    await advance(dayMs);
    const [delivery] = (await ask('GET', '/deliveries'))['deliveries'] as {
      state: string;
      attempts: { at: string }[];
    }[];
    expect(delivery?.state).toBe('dead');
    expect(delivery?.attempts.map(({ at }) => (Date.parse(at) - start) / 1000)).toEqual([0, 10, 70, 370, 2170, 9370]);
    expect(new Set(timestamps)).toEqual(new Set([`${start / 1000}`]));
  });

  it('lets access tokens expire, then refresh tokens, then the family', async () => {
    const { app, advance } = setUp();
    const login = await app.login();
    await advance(3_600_000);
    expect(jsonOf(await app.api('/events/evt_test_published', login['access_token']))).toMatchObject({
      error: 'token_expired',
    });
    let refresh = String(login['refresh_token']);
    for (let day = 89; day < 365; day += 89) {
      await advance(89 * dayMs);
      refresh = String(jsonOf(await app.refresh(refresh))['refresh_token']);
    }
    await advance(20 * dayMs);
    expect(jsonOf(await app.refresh(refresh))).toMatchObject({ error: 'invalid_grant' });
  });

  it('returns the budget of the hour, and says in the client’s own time when', async () => {
    const { app, advance } = setUp();
    const { access_token: token } = await app.login();
    await advance(dayMs);
    const answers = [];
    for (let index = 0; index < 31; index++) answers.push(await app.api('/events/evt_test_published', token));
    expect(answers.at(-1)?.status).toBe(401);
    const { access_token: fresh } = await app.login();
    for (let index = 0; index < 30; index++) await app.api('/events/evt_test_published', fresh);
    const refused = await app.api('/events/evt_test_published', fresh);
    expect(refused.status).toBe(429);
    const reset = refused.headers.find(([name]) => name === 'X-RateLimit-Reset')?.[1];
    expect(Number(reset)).toBe(start / 1000 + 3_600);
    await advance(60_000);
    expect((await app.api('/events/evt_test_published', fresh)).status).toBe(200);
  });

  it('only goes forward, and stands still at a time it was set to until it is resumed', async () => {
    const { ask } = setUp();
    expect(await ask('POST', '/clock/set', { to: '2027-01-01T00:00:00Z' })).toMatchObject({
      now: '2027-01-01T00:00:00Z',
      held: true,
    });
    expect(await ask('POST', '/clock/set', { to: '2026-12-31T00:00:00Z' })).toMatchObject({ error: 'backwards' });
    expect(await ask('POST', '/clock/resume')).toMatchObject({ now: '2027-01-01T00:00:00Z', held: false });
    expect(await ask('POST', '/clock/advance', { ms: -1 })).toMatchObject({ error: 'validation_error' });
  });
});
