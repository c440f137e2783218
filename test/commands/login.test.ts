import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { challengeOf } from '../../src/auth/pkce.ts';
import { type LoginOptions, login } from '../../src/commands/login.ts';
import { ReventoError } from '../../src/errors.ts';
import { HttpFailure } from '../../src/platform/failure.ts';
import type { HttpResponse } from '../../src/platform/ports.ts';
import { run, testNow } from '../support/command-deps.ts';
import { jsonResponse, type LoginSetting, type LoginWorld, loginWorld, tokenBody } from '../support/login-world.ts';

/** Starts the command and waits until its address is shown, or it failed before. */
async function begin(setting: LoginSetting = {}, options: LoginOptions = {}) {
  const world = loginWorld(setting);
  const result = run(login, options, world);
  const url = await Promise.race([world.url(), result.then(() => null)]);
  return { world, result, sent: url?.searchParams ?? new URLSearchParams(), url: url?.href ?? '' };
}

/** A login in which consent is given at once. */
async function succeed(setting: LoginSetting = {}, options: LoginOptions = {}) {
  const begun = await begin(setting, options);
  const page = await begun.world.comeBack({ code: 'the-code' });
  return { ...begun, page, done: await begun.result };
}

const textOf = ({ body }: HttpResponse) => new TextDecoder().decode(body);
const allText = (world: LoginWorld) => world.notices.join('\n');

describe('a login', () => {
  it('gives back which login it is, and no token', async () => {
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
    expect(allText(world)).not.toContain('not granted');
  });

  it('stores a smaller scope as granted, and says what is missing', async () => {
    const tokenEndpoint = async () => jsonResponse(200, tokenBody({ scope: 'event.read' }));
    const { done, world, page } = await succeed({ tokenEndpoint });
    expect(world.saved[0]?.scope).toEqual(['event.read']);
    expect(done.data).toMatchObject([{ scope: ['event.read'] }]);
    expect(allText(world)).toContain('not granted: participants.read program.read');
    expect(textOf(page)).toContain('program.read');
  });

  it('says which scope came without being asked for', async () => {
    const tokenEndpoint = async () => jsonResponse(200, tokenBody({ scope: 'event.read extra.read' }));
    const { world } = await succeed({ tokenEndpoint }, { scope: 'event.read' });
    expect(allText(world)).toContain('granted without being asked for: extra.read');
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
    expect(allText(world)).toContain('listening on localhost port 3456');
    const page = await world.comeBack({ code: 'c' }, { headers: [['Host', 'abc.tunnel.test']] });
    expect(page.status).toBe(200);
  });

  it('says that a token in the environment goes ahead of it', async () => {
    const { world } = await succeed({ environmentToken: randomBytes(16).toString('hex') });
    expect(allText(world)).toContain('REVENTO_ACCESS_TOKEN is set');
  });

  it('names a command to go on with', async () => {
    const { world } = await succeed();
    expect(world.notices.at(-1)).toBe('Next: revento participants list --event evt_1');
  });

  it('warns that an unsafe TLS setting of Node is on', async () => {
    const { world } = await succeed({ variables: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } });
    expect(allText(world)).toContain('warning: NODE_TLS_REJECT_UNAUTHORIZED=0');
  });

  it('warns that Node was told to print requests', async () => {
    const { world } = await succeed({ variables: { NODE_DEBUG: 'http' } });
    expect(allText(world)).toContain('warning: NODE_DEBUG=http');
  });

  it('has a new state and verifier the second time', async () => {
    const [first, second] = [await succeed(), await succeed()];
    expect(first.sent.get('state')).not.toBe(second.sent.get('state'));
    expect(first.world.exchanges[0]?.['code_verifier']).not.toBe(second.world.exchanges[0]?.['code_verifier']);
  });
});

describe('before anything is bound or opened it fails', () => {
  it.each<[string, LoginSetting, LoginOptions, string, RegExp]>([
    ['without an event', { event: null }, {}, 'usage', /--event/],
    [
      'without a client id',
      { environment: { auth_base: 'https://auth.test' } },
      {},
      'setting_missing',
      /REVENTO_CLIENT_ID/,
    ],
    [
      'with an auth base over http',
      { environment: { auth_base: 'http://auth.test', client_id: 'c' } },
      {},
      'usage',
      /https/,
    ],
    ['with an event that cannot be a file name', { event: '../evil' }, {}, 'usage', /event/],
    ['with a fragment in the redirect URI', {}, { redirectUri: 'http://localhost:3000/cb#x' }, 'usage', /fragment/],
    ['with a redirect URI over http elsewhere', {}, { redirectUri: 'http://app.test/cb' }, 'usage', /localhost only/],
    ['with a tunnel and no --port', {}, { redirectUri: 'https://abc.tunnel.test/cb' }, 'usage', /--port/],
    ['with a --port that does not fit', {}, { port: '4000' }, 'usage', /--port 4000/],
    ['with a --port that is no number', {}, { port: '30x' }, 'usage', /--port/],
    ['with --port 0', {}, { port: '0' }, 'usage', /--port/],
    ['with --port 65536', {}, { port: '65536' }, 'usage', /--port/],
    ['with a timeout without unit', {}, { timeout: '300' }, 'usage', /duration/],
    ['with a timeout of nothing', {}, { timeout: '0s' }, 'usage', /--timeout/],
    ['with an empty scope', {}, { scope: ' ' }, 'usage', /--scope/],
    ["with a participant's scope for an organizer", {}, { scope: 'event.read profile.read' }, 'usage', /--user/],
    ["with an organizer's scope for a participant", {}, { scope: 'event.read', user: true }, 'usage', /--user/],
  ])('%s', async (_what, setting, options, code, words) => {
    const { world, result } = await begin({ variables: { BROWSER: 'x' }, ...setting }, options);
    const { failure } = await result;
    expect(failure?.code).toBe(code);
    expect(`${failure?.message} ${failure?.facts.hint}`).toMatch(words);
    expect(world.events).toEqual([]);
  });

  it('when the port is taken', async () => {
    const busy = new ReventoError('port_busy', 'Port 3000 is already in use on 127.0.0.1 (IPv4).');
    const { world, result } = await begin({ variables: { BROWSER: 'x' }, serve: () => Promise.reject(busy) });
    expect((await result).failure).toMatchObject({
      code: 'port_busy',
      facts: { hint: expect.stringContaining('redirect URI') },
    });
    expect(world.opened).toEqual([]);
  });
});

describe('consent that is not given', () => {
  it('ends the login as declined, with the words of the server', async () => {
    const { world, result } = await begin();
    const page = await world.comeBack({ error: 'access_denied', error_description: 'The organizer said no.' });
    expect(page.status).toBe(400);
    expect(textOf(page)).toContain('Consent declined');
    expect(textOf(page)).toContain('The organizer said no.');
    expect((await result).failure).toMatchObject({
      code: 'login_declined',
      message: 'Consent was declined: The organizer said no.',
      facts: { apiCode: 'access_denied', hint: 'to ask again, run: revento login --event evt_1' },
    });
    expect(world.exchanges).toEqual([]);
    expect(world.saved).toEqual([]);
    expect(world.server).toBeNull();
  });

  it.each([
    ['invalid_scope', 'invalid_scope'],
    ['unauthorized_client', 'invalid_client'],
    ['server_error', 'server_error'],
    ['temporarily_unavailable', 'server_error'],
    ['invalid_request', 'login_failed'],
    ['something_new', 'login_failed'],
  ])('because of %s ends it as %s', async (error, code) => {
    const { world, result } = await begin();
    await world.comeBack({ error });
    expect((await result).failure).toMatchObject({ code, facts: { apiCode: error } });
  });

  it('says that an error came without a state', async () => {
    const { world, result } = await begin();
    const { url } = { url: '/callback?error=server_error' };
    const page = await world.comeBack({}, { url });
    expect(textOf(page)).toContain('without proof of its origin');
    expect((await result).failure?.message).toContain('its origin is not proven');
  });

  it('names the participant in the remedy of a login with --user', async () => {
    const { world, result } = await begin({}, { user: true });
    await world.comeBack({ error: 'access_denied' });
    expect((await result).failure?.facts.hint).toBe('to ask again, run: revento login --event evt_1 --user');
  });
});

describe('an exchange that brings no login', () => {
  const refuse = (status: number, body: unknown): LoginSetting => ({
    tokenEndpoint: async () => jsonResponse(status, body),
  });

  it.each<[string, LoginSetting, string]>([
    ['a spent code', refuse(400, { error: 'invalid_grant' }), 'login_failed'],
    ['a wrong secret', refuse(401, { error: 'invalid_client' }), 'invalid_client'],
    ['a wrong secret, told with 400', refuse(400, { error: 'invalid_client' }), 'invalid_client'],
    ['a server in trouble', refuse(503, { error: 'temporarily_unavailable' }), 'server_error'],
    ['too many requests', refuse(429, { error: 'rate_limit_exceeded' }), 'rate_limited'],
    ['a redirect', refuse(307, {}), 'bad_answer'],
    ['an answer without token', refuse(200, { event_id: 'evt_1' }), 'bad_answer'],
    ['another token type', refuse(200, tokenBody({ token_type: 'mac' })), 'bad_answer'],
    ['another event', refuse(200, tokenBody({ event_id: 'evt_2' })), 'login_failed'],
    ['no event', refuse(200, tokenBody({ event_id: undefined })), 'login_failed'],
  ])('(%s) says so on the page, stores nothing and asks once', async (_what, setting, code) => {
    const { world, page, done } = await succeed(setting);
    expect(done.failure?.code).toBe(code);
    expect(page.status).toBe(502);
    expect(textOf(page)).toContain('Not signed in');
    expect(world.exchanges).toHaveLength(1);
    expect(world.saved).toEqual([]);
  });

  it('shows the request id and the status', async () => {
    const { done } = await succeed(refuse(400, { error: 'invalid_grant', error_description: 'Spent.' }));
    expect(done.failure?.facts).toMatchObject({
      status: 400,
      apiCode: 'invalid_grant',
      requestId: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
    });
    expect(done.failure?.message).toContain('Spent.');
  });

  it('names both events when they differ', async () => {
    const { done } = await succeed(refuse(200, tokenBody({ event_id: 'evt_2' })));
    expect(done.failure?.message).toMatch(/evt_1.*evt_2.*discarded/);
  });

  it.each(['reset', 'timeout', 'refused'] as const)('because of %s is not tried again', async (kind) => {
    const tokenEndpoint = () => Promise.reject(new HttpFailure(kind, 'auth.test:443', false));
    const { world, page, done } = await succeed({ tokenEndpoint });
    expect(world.exchanges).toHaveLength(1);
    expect(page.status).toBe(502);
    expect(done.failure).toMatchObject({ code: 'network', facts: { requestId: expect.any(String) } });
  });

  it('because the host is a placeholder says so', async () => {
    const tokenEndpoint = () => Promise.reject(new HttpFailure('dns', 'auth.revento.example:443', true));
    expect((await succeed({ tokenEndpoint })).done.failure?.code).toBe('host_placeholder');
  });

  it('because the disk is full does not call itself a success', async () => {
    const { page, done } = await succeed({
      save: () => Promise.reject(new ReventoError('disk_full', 'No space left.')),
    });
    expect(page.status).toBe(502);
    expect(textOf(page)).toContain('No space left.');
    expect(done.failure?.code).toBe('disk_full');
    expect(done.data).toEqual([]);
  });

  it('shows neither code nor secrets on the page, whatever the server echoes', async () => {
    const code = randomBytes(16).toString('hex');
    const echo: LoginSetting = {
      tokenEndpoint: async (request) =>
        jsonResponse(400, { error: 'invalid_grant', error_description: Buffer.from(request.body).toString() }),
    };
    const { world, result } = await begin(echo);
    const page = await world.comeBack({ code });
    const { failure } = await result;
    for (const text of [textOf(page), failure?.message ?? '', ...world.notices]) {
      expect(text).not.toContain(code);
      expect(text).not.toContain(world.exchanges[0]?.['code_verifier']);
    }
  });
});

describe('waiting for an answer', () => {
  it('lasts five minutes by default', async () => {
    const { world, result } = await begin();
    expect(world.clock.waits).toEqual([300_000]);
    world.clock.ring();
    await result;
  });

  it('lasts as long as --timeout says, then ends and frees the port', async () => {
    const { world, result } = await begin({}, { timeout: '90s' });
    expect(world.clock.waits).toEqual([90_000]);
    world.clock.ring();
    expect((await result).failure).toMatchObject({
      code: 'login_timeout',
      facts: { hint: 'to wait longer, run: revento login --event evt_1 --timeout 15m' },
    });
    expect(world.server).toBeNull();
  });

  it('ends on Ctrl-C and frees the port', async () => {
    const { world, result } = await begin();
    world.interrupt.abort('SIGINT');
    expect((await result).failure?.code).toBe('interrupted');
    expect(world.server).toBeNull();
    expect(world.saved).toEqual([]);
  });

  it('leaves no timer behind once the answer is in', async () => {
    const { world } = await succeed();
    expect(world.clock.waits).toEqual([]);
  });

  it('outlives redirects that are not the answer', async () => {
    const { world, result } = await begin();
    expect((await world.comeBack({ code: 'c', state: 'wrong' })).status).toBe(400);
    expect((await world.comeBack({ error: 'access_denied', state: 'wrong' })).status).toBe(400);
    expect((await world.comeBack({ code: 'c' })).status).toBe(200);
    expect((await result).failure).toBeNull();
  });

  it('ends without an exchange when the answer names another issuer', async () => {
    const { world, result } = await begin();
    const page = await world.comeBack({ code: 'c', iss: 'https://evil.test' });
    expect(page.status).toBe(400);
    expect((await result).failure).toMatchObject({
      code: 'login_failed',
      message: expect.stringContaining('evil.test'),
    });
    expect(world.exchanges).toEqual([]);
  });

  it('takes one of three redirects at once and exchanges one code', async () => {
    const { world, result } = await begin();
    const pages = await Promise.all([1, 2, 3].map(() => world.comeBack({ code: 'c' })));
    expect(pages.map((page) => page.status).sort()).toEqual([200, 409, 409]);
    expect((await result).failure).toBeNull();
    expect(world.exchanges).toHaveLength(1);
  });
});

describe('the browser', () => {
  it('is opened with exactly the address that is shown, when somebody is at the terminal', async () => {
    const { world, url } = await begin({ isInteractive: true });
    await world.comeBack({ code: 'c' });
    expect(world.opened).toEqual([url]);
    expect(allText(world)).toContain(url);
  });

  it('is not opened with --no-browser; the address is shown', async () => {
    const { world, url } = await succeed({ isInteractive: true, variables: { BROWSER: 'x' } }, { browser: false });
    expect(world.opened).toEqual([]);
    expect(allText(world)).toContain(url);
  });

  it('is not opened when nobody is at the terminal', async () => {
    expect((await succeed()).world.opened).toEqual([]);
  });

  it('is opened without anybody at the terminal when BROWSER names it', async () => {
    const { world, url } = await succeed({ variables: { BROWSER: 'revento sandbox consent' } });
    expect(world.opened).toEqual([url]);
  });

  it('that does not start is reported, and the login goes on', async () => {
    const setting = { variables: { BROWSER: 'x' }, openProblem: 'x was not found' };
    const { world, done } = await succeed(setting);
    expect(allText(world)).toContain('No browser was opened: x was not found.');
    expect(done.failure).toBeNull();
  });
});

describe('an address pasted at the terminal', () => {
  const interactive: LoginSetting = { isInteractive: true };
  const redirectOf = (sent: URLSearchParams, parameters: Record<string, string>) =>
    `http://localhost:3000/callback?${new URLSearchParams({ state: sent.get('state') ?? '', ...parameters })}`;

  it('completes the login like a redirect', async () => {
    const { world, result, sent } = await begin(interactive);
    await world.type(redirectOf(sent, { code: 'pasted' }));
    const { failure } = await result;
    expect(failure).toBeNull();
    expect(world.exchanges).toMatchObject([{ code: 'pasted' }]);
    expect(world.server).toBeNull();
  });

  it('is asked for without echo, and never repeated', async () => {
    const { world, result, sent } = await begin(interactive);
    const code = randomBytes(16).toString('hex');
    await world.type(redirectOf(sent, { code, state: 'wrong' }));
    await world.type(redirectOf(sent, { code }));
    await result;
    expect(world.questions.every((question) => question.isHidden)).toBe(true);
    expect(allText(world)).not.toContain(code);
  });

  it.each<[string, (sent: URLSearchParams) => string, RegExp]>([
    ['of another login', (sent) => redirectOf(sent, { code: 'c', state: 'x' }), /another login/],
    ['with a code twice', (sent) => `${redirectOf(sent, { code: 'c' })}&code=d`, /twice/],
    ['without a state', () => 'http://localhost:3000/callback?code=c', /no state/],
    ['of another path', (sent) => redirectOf(sent, { code: 'c' }).replace('/callback', '/other'), /begins with/],
    ['of another host', (sent) => redirectOf(sent, { code: 'c' }).replace('localhost', 'evil.test'), /begins with/],
    ['that is only the code', () => 'the-code', /begins with/],
    ['that is empty', () => '', /begins with/],
  ])('%s is refused with a reason, and asked for again', async (_what, line, reason) => {
    const { world, result, sent } = await begin(interactive);
    await world.type(line(sent));
    await world.type(redirectOf(sent, { code: 'c' }));
    expect((await result).failure).toBeNull();
    expect(allText(world)).toMatch(reason);
    expect(world.questions).toHaveLength(2);
  });

  it('with another issuer ends the login without an exchange', async () => {
    const { world, result, sent } = await begin(interactive);
    await world.type(redirectOf(sent, { code: 'c', iss: 'https://evil.test' }));
    expect((await result).failure?.code).toBe('login_failed');
    expect(world.exchanges).toEqual([]);
  });

  it('may stand in quotes and spaces', async () => {
    const { world, result, sent } = await begin(interactive);
    await world.type(` "${redirectOf(sent, { code: 'c' })}" `);
    expect((await result).failure).toBeNull();
  });

  it('loses to a browser that was faster', async () => {
    const { world, result } = await begin(interactive);
    await world.comeBack({ code: 'from-browser' });
    expect((await result).failure).toBeNull();
    expect(world.exchanges).toMatchObject([{ code: 'from-browser' }]);
  });

  it('that was faster leaves the browser with "already answered"', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const tokenEndpoint = async () => {
      await held;
      return jsonResponse(200, tokenBody());
    };
    const { world, result, sent } = await begin({ ...interactive, tokenEndpoint });
    await world.type(redirectOf(sent, { code: 'pasted' }));
    expect((await world.comeBack({ code: 'late' })).status).toBe(409);
    release();
    expect((await result).failure).toBeNull();
  });

  it('is not asked for when nobody is at the terminal', async () => {
    const { world } = await succeed();
    expect(world.questions).toEqual([]);
  });
});

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
    expect(`${done.failure?.message} ${done.failure?.facts.hint} ${allText(world)}`).not.toContain(token);
  });
});
