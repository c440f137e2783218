import { describe, expect, it } from 'vitest';
import { login } from '../../src/commands/login/login/login.ts';
import type { LoginOptions } from '../../src/commands/login/login/plan.ts';
import type { Exchange, HttpResponse } from '../../src/ports/exchange.ts';
import { createSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/server/app.ts';
import { run } from '../support/commands/deps.ts';
import { jsonResponse, type LoginSetting, loginWorld } from '../support/commands/login-world.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { encode, headerOf, textOf } from '../support/sandbox/client.ts';
import { inMemory } from '../support/sandbox/in-memory.ts';

/** A person with a browser, in memory: opens the address, answers the consent page, follows the redirect. */
async function consent(sandbox: Sandbox, url: URL, answer: { scopes?: readonly string[]; decision: 'allow' | 'deny' }) {
  const page = await sandbox.exchange({ method: 'GET', url: url.href, headers: [], body: Buffer.of() });
  const transaction = /name="transaction" value="([^"]+)"/.exec(textOf(page))?.[1];
  if (transaction === undefined) throw new Error(`no consent page: ${page.status} ${textOf(page).slice(0, 400)}`);
  const ticked = [...textOf(page).matchAll(/name="scope" value="([^"]+)"/g)].map(([, scope]) => scope ?? '');
  const form = encode({ transaction, scope: answer.scopes ?? ticked, decision: answer.decision, person: '0' });
  const sent = await sandbox.exchange({
    method: 'POST',
    url: `${url.origin}/oauth/consent`,
    headers: [
      ['Content-Type', 'application/x-www-form-urlencoded'],
      ['Host', url.host],
      ['Origin', url.origin],
    ],
    body: Buffer.from(form),
  });
  const location = headerOf(sent, 'location');
  if (location === null) throw new Error(`no redirect: ${sent.status} ${textOf(sent).slice(0, 400)}`);
  return Object.fromEntries(new URL(location).searchParams);
}

function rig(sandboxOptions: Partial<SandboxOptions> = {}, setting: LoginSetting = {}, isPublic = false) {
  const sandbox = createSandbox({ clock: fakeClock(), controlKey: 'of a test', ...sandboxOptions });
  const client = sandbox.clients.find(({ secret }) => (secret === null) === isPublic);
  if (client === undefined) throw new Error('the sandbox has no such client');
  const world = loginWorld({
    event: sandbox.eventId,
    environment: {
      auth_base: 'http://127.0.0.1:4010',
      client_id: client.id,
      redirect_uri: client.redirectUris[0] ?? '',
    },
    secrets: client.secret === null ? {} : { default: { client_secret: client.secret } },
    tokenEndpoint: inMemory(sandbox.exchange),
    ...setting,
  });
  const start = (options: LoginOptions = {}) => run(login, options, world);
  return { sandbox, world, start };
}

describe('a login at the sandbox', () => {
  it('gives an organizer a token that the API takes', async () => {
    const { sandbox, world, start } = rig();
    const result = start();
    await world.comeBack(await consent(sandbox, await world.url(), { decision: 'allow' }));
    expect((await result).failure).toBeNull();
    const [grant] = world.saved;
    const answer = await sandbox.exchange({
      method: 'GET',
      url: `/api/v1/events/${sandbox.eventId}/participants`,
      headers: [['Authorization', `Bearer ${grant?.accessToken.reveal()}`]],
      body: Buffer.of(),
    });
    expect(answer.status).toBe(200);
  });

  it('gives a participant a token for the own profile', async () => {
    const { sandbox, world, start } = rig();
    await sandbox.control?.do('do', { action: 'connect' });
    const result = start({ user: true });
    await world.comeBack(await consent(sandbox, await world.url(), { decision: 'allow' }));
    expect((await result).data).toMatchObject([{ kind: 'user', scope: ['profile.read', 'event.attendance'] }]);
    const answer = await sandbox.exchange({
      method: 'GET',
      url: '/api/v1/me/profile',
      headers: [['Authorization', `Bearer ${world.saved[0]?.accessToken.reveal()}`]],
      body: Buffer.of(),
    });
    expect(answer.status).toBe(200);
  });

  it('works for a public client, which has no secret', async () => {
    const { sandbox, world, start } = rig({}, {}, true);
    const result = start();
    await world.comeBack(await consent(sandbox, await world.url(), { decision: 'allow' }));
    expect((await result).failure).toBeNull();
  });

  it('shows and stores the smaller scope when an optional one was unticked', async () => {
    const { sandbox, world, start } = rig();
    const result = start();
    const answer = { decision: 'allow', scopes: ['event.read', 'participants.read'] } as const;
    await world.comeBack(await consent(sandbox, await world.url(), answer));
    expect((await result).data).toMatchObject([{ scope: ['event.read', 'participants.read'] }]);
    expect(world.notices.join('\n')).toContain('program.read was not granted');
  });

  it('ends as declined when consent is denied', async () => {
    const { sandbox, world, start } = rig();
    const result = start();
    await world.comeBack(await consent(sandbox, await world.url(), { decision: 'deny' }));
    expect((await result).failure?.code).toBe('login_declined');
  });

  it('says that the client secret is wrong when it is', async () => {
    const { sandbox, world, start } = rig({}, { secrets: { default: { client_secret: 'not-the-right-one' } } });
    const result = start();
    const page = await world.comeBack(await consent(sandbox, await world.url(), { decision: 'allow' }));
    expect(page.status).toBe(502);
    expect((await result).failure).toMatchObject({ code: 'invalid_client', facts: { status: 401 } });
  });

  it('does not send the code again when the answer to it was lost', async () => {
    const { sandbox, world, start } = rig({}, { tokenEndpoint: (request) => lossy(request) });
    const lossy = inMemory(async (request) => ({ ...(await sandbox.exchange(request)), cut: 'drop' }));
    const result = start();
    await world.comeBack(await consent(sandbox, await world.url(), { decision: 'allow' }));
    expect((await result).failure?.code).toBe('network');
    expect(world.exchanges).toHaveLength(1);
  });
});

it('works with an authorization server written elsewhere, which answers five fields and wants its own form', async () => {
  const seen: Record<string, string>[] = [];
  const elsewhere = async (request: Parameters<Exchange>[0]): Promise<HttpResponse> => {
    seen.push(Object.fromEntries(new URLSearchParams(Buffer.from(request.body).toString())));
    return jsonResponse(200, {
      access_token: 'an-opaque-access-token',
      refresh_token: 'an-opaque-refresh-token',
      event_id: 'evt_elsewhere',
      organization_id: 'org_elsewhere',
      scope: 'event.read participants.read',
    });
  };
  const world = loginWorld({ event: 'evt_elsewhere', tokenEndpoint: elsewhere });
  const result = run(login, { scope: 'event.read participants.read' }, world);
  const url = await world.url();
  expect(url.pathname).toBe('/oauth/authorize');
  await world.comeBack({ code: 'their code/with+signs=' });
  expect((await result).failure).toBeNull();
  expect(seen[0]?.['code']).toBe('their code/with+signs=');
  expect(Object.keys(seen[0] ?? {}).sort()).toEqual([
    'client_id',
    'client_secret',
    'code',
    'code_verifier',
    'grant_type',
    'redirect_uri',
  ]);
});
