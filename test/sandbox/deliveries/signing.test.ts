import { createHmac, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../../src/ports/exchange.ts';
import { parseFault } from '../../../src/sandbox/faults/fault.ts';
import { createSandbox, type SandboxEntry } from '../../../src/sandbox/server/app.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { integrationOf, jsonOf } from '../../support/sandbox/client.ts';

/** A sandbox whose handler answers with these statuses, then 204; and how to steer it. */
function setUp(statuses: readonly number[] = [], faults: readonly string[] = []) {
  const clock = fakeClock();
  const key = randomBytes(24).toString('hex');
  const first = randomBytes(24).toString('hex');
  const received: HttpRequest[] = [];
  const entries: SandboxEntry[] = [];
  const left = [...statuses];
  // Waits between retries go on only when the test says so.
  const waiting: (() => void)[] = [];
  const sleep = () => new Promise<void>((resolve) => waiting.push(resolve));
  const sandbox = createSandbox({
    clock: { ...clock, sleep },
    controlKey: key,
    faults: faults.map(parseFault),
    onEvent: (entry) => entries.push(entry),
    webhook: {
      url: 'http://127.0.0.1:3000/hook',
      secret: first,
      send: async (request) => {
        received.push(request);
        return { status: left.shift() ?? 204, headers: [], body: new Uint8Array() };
      },
    },
  });
  const app = integrationOf(sandbox);
  const control = async (path: string, body: unknown = {}) => {
    const headers = [['Authorization', `Bearer ${key}`]] as const;
    const answer = await app.send('POST', `/_sandbox/v1${path}`, headers, JSON.stringify(body));
    // What that started gets as far as its first answer.
    await new Promise((resolve) => setImmediate(resolve));
    return answer;
  };
  const rotate = async () => jsonOf(await control('/rotate'))['webhook_secret'] as string;
  const trigger = async () =>
    jsonOf(await control('/trigger', { type: 'activity.updated' }))['delivery'] as { delivery_id: string };
  const retry = async () => {
    waiting.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  /** The secrets, by name, that the signatures were made with; checked with node:crypto alone. */
  const signers = (secrets: Readonly<Record<string, string>>) =>
    received.map(({ headers, body }) => {
      const of = (name: string) => headers.find(([found]) => found === name)?.[1] ?? '';
      const signatureOf = (secret: string) =>
        `sha256=${createHmac('sha256', secret)
          .update(`${of('X-Revento-Timestamp')}.`)
          .update(body)
          .digest('hex')}`;
      const given = of('X-Revento-Signature');
      return Object.entries(secrets).find(([, secret]) => signatureOf(secret) === given)?.[0] ?? 'nobody';
    });
  return { first, control, rotate, trigger, retry, signers, entries };
}

describe('a rotation of the signing secret', () => {
  it('makes a new secret and lets both sign in turn, the new one first', async () => {
    const { first, rotate, trigger, signers } = setUp();
    await trigger();
    const second = await rotate();
    expect(second).not.toBe(first);
    for (let i = 0; i < 4; i++) await trigger();
    expect(signers({ first, second })).toEqual(['first', 'second', 'first', 'second', 'first']);
  });

  it('names the secrets that sign', async () => {
    const { first, control } = setUp();
    const begun = jsonOf(await control('/rotate'));
    expect(begun).toEqual({ webhook_secret: expect.stringMatching(/^whsec_.{43}$/), webhook_secret_previous: first });
    const finished = jsonOf(await control('/rotate', { finish: true }));
    expect(finished).toEqual({ webhook_secret: begun['webhook_secret'], webhook_secret_previous: null });
  });

  it('ends on request: then only the new secret signs', async () => {
    const { first, control, rotate, trigger, signers } = setUp();
    const second = await rotate();
    await control('/rotate', { finish: true });
    for (let i = 0; i < 3; i++) await trigger();
    expect(signers({ first, second })).toEqual(['second', 'second', 'second']);
  });

  it('that is not under way cannot be ended', async () => {
    const { control } = setUp();
    const response = await control('/rotate', { finish: true });
    expect([response.status, jsonOf(response)['error']]).toEqual([409, 'no_rotation']);
  });

  it('begun again drops the oldest secret', async () => {
    const { first, rotate, trigger, signers } = setUp();
    const second = await rotate();
    const third = await rotate();
    for (let i = 0; i < 3; i++) await trigger();
    expect(signers({ first, second, third })).toEqual(['third', 'second', 'third']);
  });

  it('signs all attempts of a delivery with one secret, so that a handler without it never acknowledges', async () => {
    const { first, rotate, trigger, retry, signers } = setUp([204, 401, 401]);
    const second = await rotate();
    await trigger();
    await trigger();
    await retry();
    await retry();
    expect(signers({ first, second })).toEqual(['second', 'first', 'first', 'first']);
  });

  it('that ends while a retry is pending signs the retry with the new secret', async () => {
    const { first, control, rotate, trigger, retry, signers } = setUp([204, 401]);
    const second = await rotate();
    await trigger();
    await trigger();
    await control('/rotate', { finish: true });
    await retry();
    expect(signers({ first, second })).toEqual(['second', 'first', 'second']);
  });

  it('lets a redelivery take its turn', async () => {
    const { first, control, rotate, trigger, signers } = setUp();
    const second = await rotate();
    const { delivery_id: id } = await trigger();
    await control(`/deliveries/${id}/redeliver`);
    expect(signers({ first, second })).toEqual(['second', 'first']);
  });

  it('survives a reset, as credentials do', async () => {
    const { first, control, rotate, trigger, signers } = setUp();
    const second = await rotate();
    await control('/reset');
    await trigger();
    await trigger();
    expect(signers({ first, second })).toEqual(['second', 'first']);
  });

  it('shows with each try which secret signed', async () => {
    const { control, rotate, trigger, entries } = setUp();
    await rotate();
    await trigger();
    await trigger();
    await control('/rotate', { finish: true });
    await trigger();
    expect(entries.map((entry) => (entry.type === 'delivery' ? entry.signed_with : null))).toEqual([
      ...['current', 'previous', 'current'],
    ]);
  });

  it('leaves a forged signature forged', async () => {
    const { first, rotate, trigger, signers } = setUp([], ['webhook:signature']);
    const second = await rotate();
    await trigger();
    await trigger();
    expect(signers({ first, second })).toEqual(['nobody', 'nobody']);
  });
});
