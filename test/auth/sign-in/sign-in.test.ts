import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ReventoError } from '../../../src/errors/revento-error.ts';
import { HttpFailure } from '../../../src/http/failure.ts';
import type { Grant } from '../../../src/login/login.ts';
import {
  begin,
  jsonResponse,
  type LoginSetting,
  pageText,
  succeed,
  tokenBody,
} from '../../support/commands/login-world.ts';

describe('consent that is not given', () => {
  it('ends the login as declined, with the words of the server', async () => {
    const { world, result } = await begin();
    const page = await world.comeBack({ error: 'access_denied', error_description: 'The organizer said no.' });
    expect(page.status).toBe(400);
    expect(pageText(page)).toContain('Consent declined');
    expect(pageText(page)).toContain('The organizer said no.');
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

  it.each(['access_denied', 'server_error', 'PayHere'])(
    'continues after an error without a state, and reports it once without its content: %s',
    async (error) => {
      const { world, result } = await begin();
      const url = `/callback?error=${error}&error_description=Call+this+number`;
      const pages = [await world.comeBack({}, { url }), await world.comeBack({}, { url })];
      expect(pages.map((page) => page.status)).toEqual([400, 400]);
      expect(world.notices.filter((notice) => notice.includes('error without a state'))).toHaveLength(1);
      for (const shown of [...pages.map(pageText), ...world.notices]) {
        expect(shown).not.toContain(error);
        expect(shown).not.toContain('Call');
      }
      expect((await world.comeBack({ code: 'c' })).status).toBe(200);
      expect((await result).failure).toBeNull();
    },
  );

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
    ['a wrong secret, reported with 400', refuse(400, { error: 'invalid_client' }), 'invalid_client'],
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
    expect(pageText(page)).toContain('Not signed in');
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

  it('because the host is a placeholder names the placeholder', async () => {
    const tokenEndpoint = () => Promise.reject(new HttpFailure('dns', 'auth.revento.example:443', true));
    expect((await succeed({ tokenEndpoint })).done.failure?.code).toBe('host_placeholder');
  });

  it('because the disk is full does not call itself a success', async () => {
    const { page, done } = await succeed({
      save: () => Promise.reject(new ReventoError('disk_full', 'No space left.')),
    });
    expect(page.status).toBe(502);
    expect(pageText(page)).toContain('No space left.');
    expect(done.failure?.code).toBe('disk_full');
    expect(done.data).toEqual([]);
  });

  it('shows no token on the page, whatever a failing store says', async () => {
    const save = (grant: Grant) =>
      Promise.reject(new ReventoError('file', `Cannot write ${grant.accessToken.reveal()}.`));
    const body = tokenBody();
    const { page } = await succeed({ save, tokenEndpoint: async () => jsonResponse(200, body) });
    expect(pageText(page)).toContain('Cannot write');
    expect(pageText(page)).not.toContain(body['access_token']);
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
    for (const text of [pageText(page), failure?.message ?? '', ...world.notices]) {
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
      facts: {
        hint: 'if the page shows an error, the client id or the redirect URI is not the registered one; see: revento config list; to wait longer, run: revento login --event evt_1 --timeout 15m',
      },
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
