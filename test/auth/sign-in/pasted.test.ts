import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  begin,
  jsonResponse,
  type LoginSetting,
  noticesOf,
  succeed,
  tokenBody,
} from '../../support/commands/login-world.ts';

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
    expect(noticesOf(world)).not.toContain(code);
  });

  it.each<[string, (sent: URLSearchParams) => string, RegExp]>([
    ['of another login', (sent) => redirectOf(sent, { code: 'c', state: 'x' }), /another login/],
    ['with a code twice', (sent) => `${redirectOf(sent, { code: 'c' })}&code=d`, /twice/],
    ['without a state', () => 'http://localhost:3000/callback?code=c', /no state/],
    ['of another path', (sent) => redirectOf(sent, { code: 'c' }).replace('/callback', '/other'), /starts with/],
    ['of another host', (sent) => redirectOf(sent, { code: 'c' }).replace('localhost', 'evil.test'), /starts with/],
    ['of another port', (sent) => redirectOf(sent, { code: 'c' }).replace('3000', '3001'), /starts with/],
    ['with https', (sent) => redirectOf(sent, { code: 'c' }).replace('http:', 'https:'), /starts with/],
    ['that is only the code', () => 'the-code', /That's only the code. Paste the full URL, starting with/],
    ['that was to be opened', () => 'https://auth.test/oauth/authorize?client_id=c', /the URL to open first/],
    ['of which only the query of another login is left', () => '?code=c&state=x', /another login/],
  ])('%s is refused with a reason, and asked for again', async (_what, line, reason) => {
    const { world, result, sent } = await begin(interactive);
    await world.type(line(sent));
    await world.type(redirectOf(sent, { code: 'c' }));
    expect((await result).failure).toBeNull();
    expect(noticesOf(world)).toMatch(reason);
    expect(world.questions).toHaveLength(2);
  });

  it('with another issuer ends the login without an exchange', async () => {
    const { world, result, sent } = await begin(interactive);
    await world.type(redirectOf(sent, { code: 'c', iss: 'https://evil.test' }));
    expect((await result).failure?.code).toBe('login_failed');
    expect(world.exchanges).toEqual([]);
  });

  it.each<[string, (address: string) => string]>([
    ['without its scheme, as browsers show it', (address) => address.replace('http://', '')],
    ['as 127.0.0.1', (address) => address.replace('localhost', '127.0.0.1')],
    ['as [::1]', (address) => address.replace('localhost', '[::1]')],
    ['from the question mark on', (address) => address.slice(address.indexOf('?'))],
    ['without the question mark', (address) => address.slice(address.indexOf('?') + 1)],
    ['with a fragment', (address) => `${address}#_=_`],
    ['as a query with a fragment', (address) => `${address.slice(address.indexOf('?'))}#_=_`],
  ])('may come %s', async (_form, copied) => {
    const { world, result, sent } = await begin(interactive);
    await world.type(copied(redirectOf(sent, { code: 'pasted' })));
    expect((await result).failure).toBeNull();
    expect(world.exchanges).toMatchObject([{ code: 'pasted' }]);
  });

  it('that is empty is asked for again without a word', async () => {
    const { world, result, sent } = await begin(interactive);
    const said = world.notices.length;
    await world.type('  ');
    await world.type(redirectOf(sent, { code: 'c' }));
    expect((await result).failure).toBeNull();
    expect(world.questions).toHaveLength(2);
    expect(world.notices.slice(said).filter((notice) => !notice.startsWith('Next:'))).toEqual([]);
  });

  it.each([
    [{ SSH_CONNECTION: '10.0.0.1 1 10.0.0.2 22' }, true],
    [{}, false],
  ])('is asked for with a word on why, over SSH: %j', async (variables, isSaid) => {
    const { world } = await begin({ ...interactive, variables });
    expect(noticesOf(world).includes('copy the URL of that page and paste it here')).toBe(isSaid);
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
