import { describe, expect, it } from 'vitest';
import type { HttpResponse } from '../../../src/ports/exchange.ts';
import { parseFault } from '../../../src/sandbox/faults/fault.ts';
import { createSandbox } from '../../../src/sandbox/server/app.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { headerOf, integrationOf, jsonOf } from '../../support/sandbox/client.ts';

const path = '/events/evt_test_published';
const setUp = async () => {
  const clock = fakeClock();
  const app = integrationOf(createSandbox({ clock, hasAutoConsent: true, accessTtlMs: 24 * 3_600_000 }));
  const { access_token: token } = await app.login();
  const { access_token: userToken } = await app.loginAsUser();
  /** Requests in a row; the last answer. */
  const many = async (count: number, wait = 0, to = path, with_ = token) => {
    let response: HttpResponse | undefined;
    for (let i = 0; i < count; i++) {
      response = await app.api(to, with_);
      clock.advance(wait);
    }
    return response as HttpResponse;
  };
  return { clock, app, token, userToken, many };
};
const limitsOf = (response: HttpResponse) =>
  ['Limit', 'Remaining', 'Reset'].map((name) => Number(headerOf(response, `X-RateLimit-${name}`)));

describe('rate limits', () => {
  it('are reported on every answer, for the hour', async () => {
    const { many, clock } = await setUp();
    const now = clock.now() / 1000;
    expect(limitsOf(await many(1))).toEqual([500, 499, now + 3600]);
    clock.advance(10_000);
    expect(limitsOf(await many(1))).toEqual([500, 498, now + 3600]);
  });

  it('are reported on rejections too', async () => {
    const { many } = await setUp();
    const response = await many(1, 0, '/events/evt_other');
    expect(response.status).toBe(403);
    expect(limitsOf(response).slice(0, 2)).toEqual([500, 499]);
  });

  it('let 30 requests through in any 60 seconds, and say how long to wait', async () => {
    const { many, clock } = await setUp();
    expect((await many(30, 1_000)).status).toBe(200);
    const refused = await many(1);
    expect(refused.status).toBe(429);
    expect(jsonOf(refused)['error']).toBe('rate_limit_exceeded');
    expect(headerOf(refused, 'Retry-After')).toBe('30');
    clock.advance(30_000);
    expect((await many(1)).status).toBe(200);
    expect((await many(1)).status).toBe(429);
  });

  it('do not count what they refused', async () => {
    const { many, clock } = await setUp();
    await many(30);
    await many(10);
    clock.advance(60_000);
    expect(limitsOf(await many(1))[1]).toBe(469);
  });

  it('let 500 requests through in a rolling hour', async () => {
    const { many, clock } = await setUp();
    expect((await many(500, 2_100)).status).toBe(200);
    const refused = await many(1);
    expect([refused.status, limitsOf(refused)[1]]).toEqual([429, 0]);
    const waitSeconds = Number(headerOf(refused, 'Retry-After'));
    expect(waitSeconds).toBe(3600 - 500 * 2.1);
    clock.advance((waitSeconds - 1) * 1000);
    expect((await many(1)).status).toBe(429);
    clock.advance(1000);
    expect((await many(1)).status).toBe(200);
  });

  it('are 20 a minute and 200 an hour for a participant', async () => {
    const { many, userToken } = await setUp();
    expect(limitsOf(await many(20, 0, '/me/profile', userToken)).slice(0, 2)).toEqual([200, 180]);
    expect((await many(1, 0, '/me/profile', userToken)).status).toBe(429);
  });

  it('are counted for each token alone', async () => {
    const { many, app } = await setUp();
    await many(31);
    const { access_token: other } = await app.login();
    expect((await app.api(path, other)).status).toBe(200);
  });

  it('do not concern the token endpoint', async () => {
    const { app } = await setUp();
    for (let i = 0; i < 40; i++) expect((await app.refresh('nobody')).status).toBe(400);
  });

  it('can be switched off, and are then not reported', async () => {
    const clock = fakeClock();
    const app = integrationOf(createSandbox({ clock, hasAutoConsent: true, hasRateLimits: false }));
    const { access_token: token } = await app.login();
    for (let i = 0; i < 40; i++) expect((await app.api(path, token)).status).toBe(200);
    expect(headerOf(await app.api(path, token), 'X-RateLimit-Limit')).toBeNull();
  });
});

describe('requests at once', () => {
  it('are at most five per token; the sixth must wait for one of them, without a time', async () => {
    const clock = fakeClock();
    let finish: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const app = integrationOf(
      createSandbox({
        clock: { ...clock, sleep: () => held },
        hasAutoConsent: true,
        faults: [parseFault('api:slow=1s')],
      }),
    );
    const { access_token: token } = await app.login();
    const five = Array.from({ length: 5 }, () => app.api(path, token));
    const sixth = await app.api(path, token);
    expect(sixth.status).toBe(429);
    expect(jsonOf(sixth)['error']).toBe('concurrent_limit_exceeded');
    expect(headerOf(sixth, 'Retry-After')).toBeNull();
    finish();
    expect((await Promise.all(five)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect((await app.api(path, token)).status).toBe(200);
  });
});
