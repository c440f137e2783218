import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { challengeOf } from '../../../../src/auth/sign-in/pkce.ts';
import type { LoginOptions } from '../../../../src/commands/login/login/plan.ts';
import { testNow } from '../../../support/commands/deps.ts';
import {
  begin,
  jsonResponse,
  type LoginSetting,
  noticesOf,
  pageText,
  succeed,
  tokenBody,
} from '../../../support/commands/login-world.ts';

describe('a login', () => {
  it('returns which login it is, and no token', async () => {
    const body = tokenBody({ expires_in: 3600, refresh_expires_in: 7_776_000 });
    const { done } = await succeed({ tokenEndpoint: async () => jsonResponse(200, body) });
    expect(done.failure).toBeNull();
    expect(done.data).toEqual([
      {
        profile: 'default',
        event_id: 'evt_1',
        organization_id: 'org_1',
        kind: 'installation',
        scope: ['event.read', 'participants.read', 'program.read'],
        access_expires_at: new Date(testNow + 3_600_000).toISOString().replace('.000', ''),
        refresh_expires_at: new Date(testNow + 7_776_000_000).toISOString().replace('.000', ''),
      },
    ]);
    expect(done.text).toContain('Logged in to evt_1 (organizer) of org_1.');
    expect(done.text).not.toContain(body['access_token']);
  });

  it('works with a server that answers only the five fields that are certain', async () => {
    const { done, world } = await succeed();
    expect(done.failure).toBeNull();
    expect(done.data).toMatchObject([{ access_expires_at: null, refresh_expires_at: null }]);
    expect(world.saved).toHaveLength(1);
  });

  it('listens before it shows the address, exchanges, stores, and only then sends the page', async () => {
    const { world } = await succeed({ variables: { BROWSER: 'x' } });
    expect(world.events).toEqual(['bound', 'announced', 'opened', 'exchanged', 'saved', 'page', 'closed']);
  });

  it('stores the tokens that the server gave', async () => {
    const body = tokenBody();
    const { world } = await succeed({ tokenEndpoint: async () => jsonResponse(200, body) });
    expect(world.saved[0]?.accessToken.reveal()).toBe(body['access_token']);
    expect(world.saved[0]?.refreshToken?.reveal()).toBe(body['refresh_token']);
  });

  it('sends the client secret with PKCE, in the form, once', async () => {
    const { world, sent } = await succeed();
    expect(world.exchanges).toHaveLength(1);
    const [form] = world.exchanges;
    expect(form).toMatchObject({
      grant_type: 'authorization_code',
      code: 'the-code',
      client_id: 'client_1',
      client_secret: 'a-secret-of-the-test',
      redirect_uri: 'http://localhost:3000/callback',
    });
    expect(challengeOf(form?.['code_verifier'] ?? '')).toBe(sent.get('code_challenge'));
  });

  it('of a public client sends no client_secret at all', async () => {
    const { world, done } = await succeed({ secrets: {} });
    expect(done.failure).toBeNull();
    expect(Object.keys(world.exchanges[0] ?? {})).not.toContain('client_secret');
  });

  it('puts no secret, verifier or token into the address', async () => {
    const { world, url } = await succeed();
    expect(url).not.toContain('a-secret-of-the-test');
    expect(url).not.toContain(world.exchanges[0]?.['code_verifier']);
  });

  it("asks for an organizer's three scopes", async () => {
    expect((await succeed()).sent.get('scope')).toBe('event.read participants.read program.read');
  });

  it("asks for a participant's two scopes with --user, and stores a participant's login", async () => {
    const body = tokenBody({ scope: 'profile.read event.attendance', user_id: 'usr_1', organization_id: null });
    const { sent, done, world } = await succeed({ tokenEndpoint: async () => jsonResponse(200, body) }, { user: true });
    expect(sent.get('scope')).toBe('profile.read event.attendance');
    expect(done.data).toMatchObject([{ kind: 'user', organization_id: null }]);
    expect(world.saved[0]).toMatchObject({ kind: 'user', userId: 'usr_1' });
  });

  it('asks for the scopes that --scope names', async () => {
    const { sent } = await succeed({}, { scope: 'event.read  custom.scope' });
    expect(sent.get('scope')).toBe('event.read custom.scope');
  });

  it('asks for the scopes that the settings name', async () => {
    const environment = { auth_base: 'https://auth.test', client_id: 'client_1', scope: 'event.read' };
    expect((await succeed({ environment })).sent.get('scope')).toBe('event.read');
  });

  it('takes what was asked for as granted when the answer names no scope', async () => {
    const tokenEndpoint = async () => jsonResponse(200, tokenBody({ scope: undefined }));
    const { done, world } = await succeed({ tokenEndpoint }, { scope: 'event.read' });
    expect(done.data).toMatchObject([{ scope: ['event.read'] }]);
    expect(noticesOf(world)).not.toContain('not granted');
  });

  it('stores a smaller scope as granted, and says what is missing', async () => {
    const tokenEndpoint = async () => jsonResponse(200, tokenBody({ scope: 'event.read' }));
    const { done, world, page } = await succeed({ tokenEndpoint });
    expect(world.saved[0]?.scope).toEqual(['event.read']);
    expect(done.data).toMatchObject([{ scope: ['event.read'] }]);
    expect(noticesOf(world)).toContain('participants.read program.read were not granted');
    expect(pageText(page)).toContain('program.read');
  });

  it('says which scope came without being asked for', async () => {
    const tokenEndpoint = async () => jsonResponse(200, tokenBody({ scope: 'event.read extra.read' }));
    const { world } = await succeed({ tokenEndpoint }, { scope: 'event.read' });
    expect(noticesOf(world)).toContain('extra.read was granted without being requested');
  });

  it('uses the redirect URI of the settings, byte for byte in both requests', async () => {
    const redirect_uri = 'http://localhost:3000/a/../CB';
    const environment = { auth_base: 'https://auth.test', client_id: 'client_1', redirect_uri };
    const { sent, world } = await begin({ environment });
    await world.comeBack({ code: 'c' });
    expect(sent.get('redirect_uri')).toBe(redirect_uri);
    expect(world.exchanges[0]?.['redirect_uri']).toBe(redirect_uri);
  });

  it('listens where --port says when the redirect URI is a tunnel', async () => {
    const { world } = await begin({}, { redirectUri: 'https://abc.tunnel.test/cb', port: '3456' });
    expect(world.server).toMatchObject({ host: 'localhost', port: 3456 });
    expect(noticesOf(world)).toContain('listening on localhost port 3456');
    const page = await world.comeBack({ code: 'c' }, { headers: [['Host', 'abc.tunnel.test']] });
    expect(page.status).toBe(200);
  });

  it('says that a token in the environment takes precedence', async () => {
    const { world } = await succeed({ environmentToken: randomBytes(16).toString('hex') });
    expect(noticesOf(world)).toContain('REVENTO_ACCESS_TOKEN is set');
  });

  it('names a command to continue with', async () => {
    const { world } = await succeed();
    expect(world.notices.at(-1)).toBe('Next: revento participants list --event evt_1');
  });

  it('warns that an unsafe TLS setting of Node is on', async () => {
    const { world } = await succeed({ variables: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } });
    expect(noticesOf(world)).toContain('warning: NODE_TLS_REJECT_UNAUTHORIZED=0');
  });

  it('warns that Node is set to print requests', async () => {
    const { world } = await succeed({ variables: { NODE_DEBUG: 'http' } });
    expect(noticesOf(world)).toContain('warning: NODE_DEBUG=http');
  });

  describe('whose auth base was written with a slash at its end', () => {
    const slashed = { environment: { auth_base: 'https://auth.test/', client_id: 'client_1' } };
    const comeFrom = async (iss: string, setting: LoginSetting) => {
      const { world, result } = await begin(setting);
      await world.comeBack({ code: 'the-code', iss });
      return (await result).failure?.message ?? null;
    };

    it.each(['https://auth.test/', 'https://auth.test'])('takes %s for its server', async (iss) => {
      expect(await comeFrom(iss, slashed)).toBeNull();
    });

    it.each(['https://auth.test//', 'https://auth.test/x', 'https://AUTH.test/', 'https://auth.test:443/', ''])(
      'takes nothing from %j',
      async (iss) => expect(await comeFrom(iss, slashed)).toContain('nothing of it was used'),
    );

    it('without one does not match an issuer with one, and the hint says what to set', async () => {
      expect(await comeFrom('https://auth.test/', {})).toContain('nothing of it was used');
      const { world, result } = await begin();
      await world.comeBack({ code: 'the-code', iss: 'https://auth.test/' });
      expect((await result).failure?.facts.hint).toBe(
        'if that is how the server spells its name, set REVENTO_AUTH_BASE=https://auth.test/, then log in again',
      );
    });
  });

  it('has a new state and verifier the second time', async () => {
    const [first, second] = [await succeed(), await succeed()];
    expect(first.sent.get('state')).not.toBe(second.sent.get('state'));
    expect(first.world.exchanges[0]?.['code_verifier']).not.toBe(second.world.exchanges[0]?.['code_verifier']);
  });
});

describe('the browser', () => {
  it('is opened with exactly the address that is shown, when somebody is at the terminal', async () => {
    const { world, url } = await begin({ isInteractive: true });
    await world.comeBack({ code: 'c' });
    expect(world.opened).toEqual([url]);
    expect(noticesOf(world)).toContain(url);
  });

  it('is not opened with --no-browser; the address is shown', async () => {
    const { world, url } = await succeed({ isInteractive: true, variables: { BROWSER: 'x' } }, { browser: false });
    expect(world.opened).toEqual([]);
    expect(noticesOf(world)).toContain(url);
  });

  it('is not opened when nobody is at the terminal', async () => {
    expect((await succeed()).world.opened).toEqual([]);
  });

  it('is opened without anybody at the terminal when BROWSER names it', async () => {
    const { world, url } = await succeed({ variables: { BROWSER: 'revento sandbox consent' } });
    expect(world.opened).toEqual([url]);
  });

  it('that does not start is reported to the user at the terminal, and the login continues', async () => {
    const setting = { isInteractive: true, variables: { BROWSER: 'x' }, openProblem: 'x was not found' };
    const { world, done } = await succeed(setting);
    expect(noticesOf(world)).toContain("Couldn't open a browser (x was not found). Open the URL above manually.");
    expect(done.failure).toBeNull();
  });

  it('that fails where no user is at the terminal ends the login, with its own words', async () => {
    const openProblem = 'x ended with status 1: error: The page says no';
    const { world, result } = await begin({ variables: { BROWSER: 'x' }, openProblem });
    expect((await result).failure).toMatchObject({
      code: 'login_failed',
      message: 'Nobody gave consent: x ended with status 1: error: The page says no.',
      facts: { hint: expect.stringContaining('the redirect URI is not the registered one; see: revento config list') },
    });
    expect(world.server).toBeNull();
  });

  it('is missing in CI: the login ends before anything is bound or asked', async () => {
    const { world, result } = await begin({ variables: { CI: 'true' } });
    expect((await result).failure).toMatchObject({
      code: 'login_failed',
      message: 'Nobody can give consent: CI is set, and BROWSER is not.',
      facts: { hint: expect.stringContaining('REVENTO_ACCESS_TOKEN') },
    });
    expect(world.events).toEqual([]);
  });

  it.each<[string, LoginSetting, LoginOptions]>([
    ['BROWSER names a program', { variables: { CI: 'true', BROWSER: 'x' } }, {}],
    ['CI is off', { variables: { CI: 'false' } }, {}],
    ['CI is off, in other letters', { variables: { CI: 'False' } }, {}],
    ['CI is zero', { variables: { CI: '0' } }, {}],
    ['--no-browser says that the URL is opened elsewhere', { variables: { CI: 'true' } }, { browser: false }],
  ])('is waited for in CI when %s', async (_what, setting, options) => {
    expect((await succeed(setting, options)).done.failure).toBeNull();
  });
});
