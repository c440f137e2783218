import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { begin, jsonResponse, type LoginSetting, noticesOf, succeed, tokenBody } from '../support/login-world.ts';

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
    ['of another path', (sent) => redirectOf(sent, { code: 'c' }).replace('/callback', '/other'), /begins with/],
    ['of another host', (sent) => redirectOf(sent, { code: 'c' }).replace('localhost', 'evil.test'), /begins with/],
    ['that is only the code', () => 'the-code', /begins with/],
    ['that is empty', () => '', /begins with/],
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
