import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSandbox } from '../../../src/sandbox/server/app.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { integrationOf, jsonOf } from '../../support/sandbox/client.ts';

function setUp() {
  const key = randomBytes(24).toString('hex');
  const sandbox = createSandbox({ clock: fakeClock(), controlKey: key });
  const app = integrationOf(sandbox);
  const logIn = async (params: object) =>
    jsonOf(await app.send('POST', '/_sandbox/v1/login', [['Authorization', `Bearer ${key}`]], JSON.stringify(params)));
  return { app, sandbox, logIn };
}

describe('a login without the consent page', () => {
  it('gives tokens that the read API and the token endpoint take', async () => {
    const { app, logIn } = setUp();
    const tokens = await logIn({});
    expect(tokens['scope']).toBe('event.read participants.read program.read');
    expect((await app.api('/events/evt_test_published/participants', tokens['access_token'])).status).toBe(200);
    expect((await app.refresh(String(tokens['refresh_token']))).status).toBe(200);
  });

  it('is a consent that the sandbox shows and that can be revoked', async () => {
    const { app, sandbox, logIn } = setUp();
    const tokens = await logIn({});
    await sandbox.control?.do('revoke', {});
    expect(jsonOf(await app.api('/events/evt_test_published', tokens['access_token']))['error']).toBe('token_revoked');
  });

  it('is that of the participant who is named', async () => {
    const { app, logIn } = setUp();
    const { access_token: organizer } = await logIn({});
    const list = jsonOf(await app.api('/events/evt_test_published/participants', organizer))['data'] as {
      id: string;
      user_id: string;
    }[];
    const third = list[2];
    const tokens = await logIn({ kind: 'user', participant_id: third?.id });
    expect(tokens['user_id']).toBe(third?.user_id);
    expect(jsonOf(await app.api('/me/profile', tokens['access_token']))['id']).toBe(third?.user_id);
  });

  it.each([
    [{ scope: ['profile.read'] }, 'these scopes are not those of a login of the kind installation'],
    [
      { kind: 'user', scope: ['event.read', 'profile.read'] },
      'organizer scopes and participant scopes cannot be combined',
    ],
    [{ scope: ['everything'] }, 'unknown scope everything'],
  ])('refuses %j', async (params, message) => {
    const { logIn } = setUp();
    expect(await logIn(params)).toMatchObject({ error: 'validation_error', message: expect.stringContaining(message) });
  });
});
