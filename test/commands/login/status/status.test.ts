import { describe, expect, it } from 'vitest';
import { status } from '../../../../src/commands/login/status/status.ts';
import { ReventoError } from '../../../../src/errors/revento-error.ts';
import { HttpFailure } from '../../../../src/http/failure.ts';
import type { Login } from '../../../../src/login/login.ts';
import type { Exchange, HttpRequest } from '../../../../src/ports/exchange.ts';
import { aLogin, memory, run, testNow } from '../../../support/commands/deps.ts';

const show = (world: Parameters<typeof memory>[0], check = false) => run(status, { check }, memory(world));
const expired = aLogin({ state: 'expired', accessExpiresAt: testNow - 1, refreshExpiresAt: testNow - 1 });
const revoked = aLogin({ eventId: 'evt_b', kind: 'user', state: 'revoked', reason: 'the session was revoked' });

describe('status as text', () => {
  it('shows a login, its expiry in words, its scopes and where it is kept', async () => {
    const { text, failure } = await show({ logins: { default: [aLogin()] } });
    expect(failure).toBeNull();
    expect(text).toBe(
      [
        'profile default',
        '  - Auth: https://auth.revento.example',
        '  - API: https://api.revento.example/api/v1',
        '  - Store: /config/auth (encrypted with a key file of this user)',
        '',
        '✓ active evt_a (organizer, org_1) - default',
        '  - Access token: expires in 42 minutes',
        '  - Refresh token: expires in 89 days',
        '  - Scopes: event.read, participants.read',
      ].join('\n'),
    );
  });

  it.each([
    ['an expired one', expired, '✗ expired evt_a', 'Expired: both tokens have expired', 'revento login --event evt_a'],
    [
      'a revoked one',
      revoked,
      '✗ revoked evt_b',
      'Revoked: the session was revoked',
      'revento login --event evt_b --user',
    ],
  ])('gives the literal command that fixes %s', async (_, login, title, reason, command) => {
    const { text } = await show({ logins: { default: [login] } });
    expect(text).toContain(title);
    expect(text).toContain(`  - ${reason}`);
    expect(text).toContain(`  - To log in again, run: ${command}`);
  });

  it('names the profile in that command', async () => {
    const { text } = await show({ profile: 'prod', logins: { prod: [expired] } });
    expect(text).toContain('run: revento -p prod login --event evt_a');
  });

  it('distinguishes an expired access token that will be refreshed from an ended login', async () => {
    const { text, failure } = await show({ logins: { default: [aLogin({ accessExpiresAt: testNow - 3 * 60_000 })] } });
    expect(text).toContain('Access token: expired 3 minutes ago, refreshed when next used');
    expect(failure).toBeNull();
  });

  it('says of a login without a refresh token that it ends with its access token', async () => {
    const { text, failure } = await show({
      logins: { default: [aLogin({ isRenewable: false, refreshExpiresAt: null })] },
    });
    expect(failure).toBeNull();
    expect(text).toContain(
      'Access token: expires in 42 minutes\n  - Refresh token: none; the login ends with its access',
    );
    const over = await show({ logins: { default: [aLogin({ isRenewable: false, state: 'expired' })] } });
    expect(over.text).toContain('Expired: its access token has expired, and it cannot be renewed');
  });

  it('says that the token of the environment is used instead of the stored logins', async () => {
    const { text } = await show({ environmentToken: 'x'.repeat(20), logins: { default: [aLogin()] } });
    expect(text).toContain('✓ set The token in REVENTO_ACCESS_TOKEN');
    expect(text).toContain('The logins below are not used while it is set');
    expect(text).not.toContain('xxxxxxxx');
  });
});

describe('status as JSON', () => {
  it('has exactly the promised shape', async () => {
    const { data } = await show({ logins: { default: [aLogin()] } });
    expect(data).toEqual([
      {
        profile: 'default',
        auth_base: 'https://auth.revento.example',
        api_base: 'https://api.revento.example/api/v1',
        store: { path: '/config/auth', protection: 'keyfile' },
        logins: [
          {
            event_id: 'evt_a',
            organization_id: 'org_1',
            kind: 'installation',
            scope: ['event.read', 'participants.read'],
            access_expires_at: '2026-03-01T12:42:00Z',
            refresh_expires_at: '2026-05-29T12:00:00Z',
            state: 'active',
            default: true,
          },
        ],
        other_profiles: [],
      },
    ]);
  });

  it('still shows the store when there is no login', async () => {
    const { data, failure } = await show({});
    expect(data).toEqual([
      expect.objectContaining({ store: { path: '/config/auth', protection: 'keyfile' }, logins: [] }),
    ]);
    expect(failure?.code).toBe('not_logged_in');
  });

  it.each([
    ['the only one of its kind', null, [aLogin(), aLogin({ kind: 'user' })], [true, true]],
    ['none of several', null, [aLogin(), aLogin({ eventId: 'evt_b' })], [false, false]],
    ['that of the selected event', 'evt_b', [aLogin(), aLogin({ eventId: 'evt_b' })], [false, true]],
    ['none when the selected event has none', 'evt_c', [aLogin()], [false]],
  ])('marks the default: %s', async (_, event, logins, marks) => {
    const { data } = await show({ event, logins: { default: logins } });
    expect((data[0] as { logins: { default: boolean }[] }).logins.map((login) => login.default)).toEqual(marks);
  });
});

describe('status of a login that cannot be opened', () => {
  const failure = new ReventoError('store_corrupt', 'Its file is damaged.', { hint: 'to replace it, do this' });
  const damaged = { kind: 'installation', eventId: 'evt_b', failure } as const;
  const world = { unreadable: [damaged], logins: { default: [aLogin()] } };

  it('is a row with what is wrong and the remedy, beside the others, and a failure', async () => {
    const { text, failure } = await show(world);
    expect(text).toContain(
      '✗ unreadable evt_b (organizer)\n  - Cannot be read: Its file is damaged.\n  - to replace it, do this',
    );
    expect(text).toContain('✓ active evt_a (organizer, org_1)\n');
    expect(failure).toMatchObject({
      code: 'store_corrupt',
      message: 'evt_b (organizer) cannot be read: Its file is damaged.',
      facts: { hint: 'to replace it, do this' },
    });
  });

  it('is a warning beside the rows of machines, and no failure where another event is meant', async () => {
    const fake = memory({ ...world, format: 'json', event: 'evt_a' });
    const { data, failure } = await run(status, { check: false }, fake);
    expect(data[0]).toMatchObject({ logins: [{ event_id: 'evt_a', default: true }] });
    expect(fake.notices).toEqual(['warning: evt_b (organizer) cannot be read: Its file is damaged.']);
    expect(failure).toBeNull();
  });

  it('still counts among those of its kind: no other becomes the default by its damage', async () => {
    const { data } = await show(world);
    expect(data[0]).toMatchObject({ logins: [{ event_id: 'evt_a', default: false }] });
  });
});

describe('status without a usable login', () => {
  it.each<[string, string | null, Login[], string]>([
    ['none at all', null, [], 'Profile "default" has no login.'],
    ['only dead ones', null, [expired, revoked], 'Profile "default" has no usable login.'],
    ['none for the selected event', 'evt_c', [aLogin()], 'Profile "default" has no login for event evt_c.'],
    [
      'a dead one for the selected event',
      'evt_b',
      [aLogin(), revoked],
      'Profile "default" has no usable login for event evt_b.',
    ],
  ])('asks to log in: %s', async (_, event, logins, message) => {
    const { failure, data } = await show({ event, logins: { default: logins } });
    expect(failure?.code).toBe('not_logged_in');
    expect(failure?.message).toBe(message);
    expect(data).toHaveLength(1);
  });

  it('succeeds with the token of the environment', async () => {
    expect((await show({ environmentToken: 'x'.repeat(20) })).failure).toBeNull();
  });
});

describe('status --check', () => {
  const answers = (status: number, body: unknown): { http: Exchange; seen: HttpRequest[] } => {
    const seen: HttpRequest[] = [];
    return {
      seen,
      http: async (request) => {
        seen.push(request);
        return { status, headers: [], body: Buffer.from(JSON.stringify(body)) };
      },
    };
  };

  it('asks nothing without --check', async () => {
    expect((await show({ logins: { default: [aLogin()] } })).failure).toBeNull();
  });

  it('asks once a login, each what its kind may ask', async () => {
    const { http, seen } = answers(200, {});
    const { data } = await show({ http, logins: { default: [aLogin(), aLogin({ kind: 'user' })] } }, true);
    expect(seen.map((request) => new URL(request.url).pathname)).toEqual([
      '/api/v1/events/evt_a',
      '/api/v1/me/profile',
    ]);
    expect(data[0]).toMatchObject({ logins: [{ accepted: true }, { accepted: true }] });
  });

  it('does not ask with dead logins', async () => {
    const { http, seen } = answers(200, {});
    const { data } = await show({ http, logins: { default: [revoked] } }, true);
    expect(seen).toEqual([]);
    expect(data[0]).toMatchObject({ logins: [{ accepted: null }] });
  });

  it('reports a refusal, and asks to log in', async () => {
    const { http } = answers(401, { error: 'invalid_token', message: 'no' });
    const { text, failure } = await show({ http, logins: { default: [aLogin()] } }, true);
    expect(text).toContain('✗ refused evt_a');
    expect(text).toContain('To log in again, run: revento login --event evt_a');
    expect(failure?.code).toBe('not_logged_in');
  });

  it('takes a missing scope as proof that the token is good', async () => {
    const { http } = answers(403, { error: 'insufficient_scope', message: 'no' });
    const { text, failure } = await show({ http, logins: { default: [aLogin()] } }, true);
    expect(text).toContain('The API: accepted, though');
    expect(failure).toBeNull();
  });

  it('fails with the reason when the API cannot be asked, after showing what is stored', async () => {
    const http: Exchange = async () => {
      throw new HttpFailure('refused', 'api.revento.example:443', true);
    };
    const { text, data, failure } = await show({ http, logins: { default: [aLogin()] } }, true);
    expect(text).toContain('The API: could not be asked');
    expect(data[0]).toMatchObject({ logins: [{ accepted: null }] });
    expect(failure?.code).toBe('network');
  });

  it('asks with the token of the environment when there is one, and not with the stored ones', async () => {
    const { http, seen } = answers(403, { error: 'user_token_required', message: 'no' });
    const world = { http, event: 'evt_a', environmentToken: 'from-the-environment', logins: { default: [aLogin()] } };
    const { data, failure } = await show(world, true);
    expect(seen).toHaveLength(1);
    expect(seen[0]?.headers).toContainEqual(['Authorization', 'Bearer from-the-environment']);
    expect(data[0]).toMatchObject({ environment_token: { accepted: true }, logins: [{ accepted: null }] });
    expect(failure).toBeNull();
  });
});
