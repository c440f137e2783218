import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { login } from '../../../src/commands/login/login/login.ts';
import type { LoginOptions } from '../../../src/commands/login/login/plan.ts';
import { run, testNow } from '../../support/commands/deps.ts';
import { type LoginSetting, loginWorld, noticesOf, tokenBody } from '../../support/commands/login-world.ts';

describe('--with-token', () => {
  const withToken = (body: unknown, setting: LoginSetting = {}, options: LoginOptions = {}) => {
    const stdin = typeof body === 'string' ? body : JSON.stringify(body);
    const world = loginWorld({ stdin, ...setting });
    return run(login, { withToken: true, ...options }, world).then((done) => ({ done, world }));
  };

  it('stores a token answer from stdin, without any request or listener', async () => {
    const body = tokenBody({ expires_in: 3600 });
    const { done, world } = await withToken(body);
    expect(done.failure).toBeNull();
    expect(done.data).toMatchObject([{ event_id: 'evt_1', kind: 'installation', organization_id: 'org_1' }]);
    expect(world.saved[0]?.accessToken.reveal()).toBe(body['access_token']);
    expect(world.saved[0]?.accessExpiresAt).toBe(testNow + 3_600_000);
    expect(world.events).toEqual(['saved']);
  });

  it('takes the event from the answer when none is selected', async () => {
    const { done } = await withToken(tokenBody({ event_id: 'evt_9' }), { event: null });
    expect(done.data).toMatchObject([{ event_id: 'evt_9' }]);
  });

  it('takes the selected event when the answer names none', async () => {
    const { done } = await withToken(tokenBody({ event_id: undefined }));
    expect(done.data).toMatchObject([{ event_id: 'evt_1' }]);
  });

  it("stores a participant's login with --user", async () => {
    const { done } = await withToken(tokenBody({ scope: 'profile.read' }), {}, { user: true });
    expect(done.data).toMatchObject([{ kind: 'user', scope: ['profile.read'] }]);
  });

  it.each<[string, unknown, LoginSetting, string]>([
    ['nothing', '', {}, 'usage'],
    ['no JSON', 'rev_install_x', {}, 'usage'],
    ['no access token', { refresh_token: 'r' }, {}, 'usage'],
    ['another event than the selected', tokenBody({ event_id: 'evt_2' }), {}, 'login_failed'],
    ['no event where none is selected', tokenBody({ event_id: undefined }), { event: null }, 'usage'],
    ['an event that cannot be a file name', tokenBody({ event_id: '../x' }), { event: null }, 'usage'],
  ])('refuses %s, and stores nothing', async (_what, body, setting, code) => {
    const { done, world } = await withToken(body, setting);
    expect(done.failure?.code).toBe(code);
    expect(world.saved).toEqual([]);
  });

  it('repeats nothing of what it could not read', async () => {
    const token = randomBytes(16).toString('hex');
    const { done, world } = await withToken(`{"access_token":"${token}"`);
    expect(`${done.failure?.message} ${done.failure?.facts.hint} ${noticesOf(world)}`).not.toContain(token);
  });
});
