import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { OperationName, ParamsOf, ResultOf } from '../../../src/sandbox/control/operations.ts';
import { createSandbox, type Sandbox } from '../../../src/sandbox/server/app.ts';
import { type FakeClock, fakeClock } from '../../support/fake-clock.ts';
import { integrationOf } from '../../support/sandbox/client.ts';

const key = randomBytes(24).toString('hex');
const printOf = (token: unknown) => createHash('sha256').update(String(token)).digest('hex').slice(0, 8);

function setUp(clock: FakeClock = fakeClock(), saved?: ReturnType<Sandbox['save']>) {
  const sandbox = createSandbox({ clock, hasAutoConsent: true, controlKey: key, ...(saved && { saved }) });
  const app = integrationOf(sandbox);
  const ask = <Name extends OperationName>(name: Name, params: ParamsOf<Name>): Promise<ResultOf<Name>> => {
    if (sandbox.control === null) throw new Error('it has a key');
    return sandbox.control.do(name, params);
  };
  return { clock, sandbox, app, ask };
}

describe('the history of logins', () => {
  it('names the request that issued and spent each token, by fingerprints', async () => {
    const { app, ask, clock } = setUp();
    const first = await app.login();
    clock.advance(3_600_000);
    const id = 'req-refresh-1';
    const answer = await app.post(
      '/oauth/token',
      {
        client_id: app.clientId,
        client_secret: app.clientSecret,
        grant_type: 'refresh_token',
        refresh_token: String(first['refresh_token']),
      },
      [['X-Revento-Request-Id', id]],
    );
    const second = JSON.parse(Buffer.from(answer.body).toString());
    const { total, logins } = await ask('logins', {});
    expect(total).toBe(1);
    const [login] = logins;
    expect(login).toMatchObject({ number: 1, state: 'active', ending: null, token_count: 2, user_name: null });
    const given = answer.headers.find(([name]) => name === 'X-Revento-Request-Id')?.[1];
    expect(login?.tokens).toMatchObject([
      { number: 1, refresh_token: printOf(first['refresh_token']), state: 'spent', spent_by: given },
      {
        number: 2,
        refresh_token: printOf(second.refresh_token),
        access_token: printOf(second.access_token),
        state: 'current',
        issued_by: given,
        spent_by: null,
      },
    ]);
    expect(login?.tokens[0]?.spent_at).toBe(login?.tokens[1]?.issued_at);
    expect(JSON.stringify(logins)).not.toMatch(/rev_(?:install|refresh)_/);
  });

  it('shows a token that came twice, and what ended with it', async () => {
    const { app, ask } = setUp();
    const first = await app.login();
    await app.refresh(String(first['refresh_token']));
    await app.refresh(String(first['refresh_token']));
    const [login] = (await ask('logins', {})).logins;
    expect(login?.state).toBe('revoked');
    expect(login?.ending).toMatchObject({ cause: 'reuse', refresh_token: printOf(first['refresh_token']) });
    expect(login?.ending?.request_id).toEqual(expect.any(String));
    expect(login?.tokens.map(({ state }) => state)).toEqual(['spent', 'revoked']);
  });

  it('stays as it is when a token comes a third time, and tells a revoked login', async () => {
    const { app, ask, clock } = setUp();
    const first = await app.login();
    await app.refresh(String(first['refresh_token']));
    await app.refresh(String(first['refresh_token']));
    const [before] = (await ask('logins', {})).logins;
    clock.advance(60_000);
    await app.refresh(String(first['refresh_token']));
    expect((await ask('logins', {})).logins).toEqual([before]);
    await app.login();
    await ask('revoke', { kind: 'installation' });
    const [latest] = (await ask('logins', {})).logins;
    expect(latest).toMatchObject({ number: 2, state: 'revoked', ending: { cause: 'revoked', request_id: null } });
  });

  it('is the same after a restart', async () => {
    const { app, ask, sandbox, clock } = setUp();
    const first = await app.login();
    await app.refresh(String(first['refresh_token']));
    await app.refresh(String(first['refresh_token']));
    const again = setUp(clock, JSON.parse(JSON.stringify(sandbox.save())));
    expect(await again.ask('logins', {})).toEqual(await ask('logins', {}));
  });

  it('shows nothing it cannot know of a sandbox that an earlier version saved', async () => {
    const { app, sandbox, clock } = setUp();
    await app.login();
    const saved = JSON.parse(JSON.stringify(sandbox.save()));
    for (const token of saved.grants.refresh) for (const name of ['access', 'issued', 'spent']) delete token[name];
    const [login] = (await setUp(clock, saved).ask('logins', {})).logins;
    expect(login?.tokens).toMatchObject([{ issued_at: null, issued_by: null, access_token: null, state: 'current' }]);
  });
});

describe('budgets', () => {
  it('count what a token used in the minute and the hour', async () => {
    const { app, ask, clock } = setUp();
    const { access_token: token } = await app.login();
    for (let sent = 0; sent < 3; sent++) await app.api('/events/evt_test_published', token);
    clock.advance(61_000);
    await app.api('/events/evt_test_published', token);
    expect(await ask('budgets', {})).toEqual({
      limited: true,
      budgets: [
        {
          access_token: printOf(token),
          login: 1,
          kind: 'installation',
          minute: { used: 1, limit: 30 },
          hour: { used: 4, limit: 500 },
          in_flight: { used: 0, limit: 5 },
        },
      ],
    });
    clock.advance(3_600_000);
    expect((await ask('budgets', {})).budgets).toEqual([]);
  });
});

describe('who is there', () => {
  it('lists consents with names, revoked ones too, the latest first', async () => {
    const { app, ask } = setUp();
    await app.login();
    await app.loginAsUser();
    await ask('revoke', { kind: 'user' });
    const { total, consents } = await ask('consents', {});
    expect(total).toBe(2);
    expect(consents).toMatchObject([
      { kind: 'user', user_name: expect.stringMatching(/\w/), revoked_at: expect.any(String) },
      { kind: 'installation', user_name: null, revoked_at: null },
    ]);
  });

  it('lists activities with their signups as they are now', async () => {
    const { ask } = setUp();
    const [first] = (await ask('activities', {})).activities;
    await ask('do', { action: 'fill', ids: [first?.id ?? ''] });
    const [filled] = (await ask('activities', {})).activities;
    expect(filled).toMatchObject({ id: first?.id, capacity_state: 'full', signups: first?.capacity });
  });
});
