import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  type AuthorizationRequest,
  PendingAuthorization,
  type RedirectJudgment,
} from '../../../src/auth/sign-in/authorize.ts';
import { challengeOf } from '../../../src/auth/sign-in/pkce.ts';
import { Redactor } from '../../../src/text/secret.ts';

const request: AuthorizationRequest = {
  authBase: 'https://auth.test',
  issuers: ['https://auth.test'],
  clientId: 'client_1',
  redirectUri: 'http://localhost:3000/callback',
  scope: ['event.read', 'participants.read'],
  eventId: 'evt_1',
};

function begin(changes: Partial<AuthorizationRequest> = {}, redactor = new Redactor()) {
  const pending = new PendingAuthorization({ ...request, ...changes }, redactor);
  const sent = new URL(pending.url).searchParams;
  const state = sent.get('state') ?? '';
  const judge = (parameters: Record<string, string> | string) =>
    pending.judge(typeof parameters === 'string' ? parameters : new URLSearchParams(parameters).toString());
  return { pending, sent, state, judge };
}

function redirectOf(judgment: RedirectJudgment) {
  if (judgment.kind !== 'code') throw new Error(`judged ${JSON.stringify(judgment)}`);
  return judgment.redirect;
}

describe('the authorization URL', () => {
  it('asks for a code, with PKCE S256, for the client, the event and the scopes', () => {
    const { pending, sent, state } = begin();
    expect(pending.url.startsWith('https://auth.test/oauth/authorize?')).toBe(true);
    expect(Object.fromEntries(sent)).toEqual({
      response_type: 'code',
      client_id: 'client_1',
      redirect_uri: 'http://localhost:3000/callback',
      scope: 'event.read participants.read',
      event_id: 'evt_1',
      state,
      code_challenge: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      code_challenge_method: 'S256',
    });
  });

  it('carries the challenge of the verifier that the exchange will send', () => {
    const { sent, state, judge } = begin();
    const redirect = redirectOf(judge({ code: 'c', state }));
    expect(challengeOf(redirect.verifier.reveal())).toBe(sent.get('code_challenge'));
  });

  it('has a state of at least 128 random bits', () => {
    expect(Buffer.from(begin().state, 'base64url').length).toBeGreaterThanOrEqual(16);
  });

  it('has a state that is not the verifier', () => {
    const { state, judge } = begin();
    expect(redirectOf(judge({ code: 'c', state })).verifier.reveal()).not.toBe(state);
  });

  it('has a new state and a new challenge each time', () => {
    const urls = Array.from({ length: 100 }, () => begin().sent);
    expect(new Set(urls.map((sent) => sent.get('state'))).size).toBe(100);
    expect(new Set(urls.map((sent) => sent.get('code_challenge'))).size).toBe(100);
  });

  it('shows neither the verifier nor any secret', () => {
    const { pending, state, judge } = begin();
    const { verifier } = redirectOf(judge({ code: 'c', state }));
    expect(pending.url).not.toContain(verifier.reveal());
    expect([...new URL(pending.url).searchParams.keys()]).not.toContain('client_secret');
  });

  it('spells spaces as %20, which every server reads', () => {
    expect(begin().pending.url).toContain('scope=event.read%20participants.read');
    expect(begin({ clientId: 'a+b' }).pending.url).toContain('client_id=a%2Bb');
  });

  it.each([
    'http://localhost:3000',
    'HTTP://LocalHost:3000/CB',
    'https://tunnel.test:443/cb',
    'http://localhost:3000/a/../b',
    'http://localhost:3000/callback?b=2&a=1',
  ])('and the exchange both carry the redirect URI %s byte for byte', (redirectUri) => {
    const { sent, state, judge } = begin({ redirectUri });
    expect(sent.get('redirect_uri')).toBe(redirectUri);
    expect(redirectOf(judge({ code: 'c', state })).redirectUri).toBe(redirectUri);
  });

  it.each(['http://auth.test', 'javascript:alert(1)', 'file:///etc', 'revento://auth', 'https://a:b@auth.test'])(
    'is not made for the base %s',
    (authBase) => {
      expect(() => begin({ authBase })).toThrow(expect.objectContaining({ code: 'usage' }));
    },
  );

  it('is made for plain http on loopback, where the sandbox is', () => {
    expect(begin({ authBase: 'http://127.0.0.1:4010' }).pending.url).toMatch(
      /^http:\/\/127\.0\.0\.1:4010\/oauth\/authorize\?/,
    );
  });
});

describe('a redirect', () => {
  it('with the right state gives the code, masked from then on', () => {
    const redactor = new Redactor();
    const { state, judge } = begin({}, redactor);
    const code = randomBytes(24).toString('base64url');
    const redirect = redirectOf(judge({ code, state }));
    expect(redirect.code.reveal()).toBe(code);
    expect(redactor.clean(`x ${code} y`)).not.toContain(code);
    expect(redactor.clean(redirect.verifier.reveal())).not.toContain(redirect.verifier.reveal());
    expect(inspect(redirect)).not.toContain(code);
  });

  it('may carry unknown parameters', () => {
    const { state, judge } = begin();
    expect(judge({ code: 'c', state, session_state: 'x', code_hint: 'y' }).kind).toBe('code');
  });

  it.each([{}, { state: '' }])('is rejected without a state (%j), and the login continues', (given) => {
    const { state, judge } = begin();
    expect(judge({ code: 'c', ...given })).toEqual({ kind: 'rejected', reason: 'missing_state' });
    expect(judge({ code: 'c', state }).kind).toBe('code');
  });

  it.each([
    ['another state', () => randomBytes(32).toString('base64url')],
    ['a part of the state', (state: string) => state.slice(0, -1)],
    ['more than the state', (state: string) => `${state}a`],
    ['the state in other letters', (state: string) => state.toUpperCase()],
  ])('with %s is rejected, and the login continues', (_what, change) => {
    const { state, judge } = begin();
    expect(judge({ code: 'c', state: change(state) })).toEqual({ kind: 'rejected', reason: 'wrong_state' });
    expect(judge({ code: 'c', state }).kind).toBe('code');
  });

  it.each(['code', 'state', 'error', 'iss'])('with %s twice is rejected, and the login continues', (name) => {
    const { state, judge } = begin();
    const once = new URLSearchParams({ code: 'c', state });
    const twice = new URLSearchParams(once);
    twice.append(name, 'x');
    twice.append(name, 'x');
    expect(judge(twice.toString())).toEqual({ kind: 'rejected', reason: 'repeated_parameter' });
    expect(judge(once.toString()).kind).toBe('code');
  });

  it.each(['', 'state=STATE', 'code=&state=STATE', 'code=a%0Ab&state=STATE'])(
    'without a usable code (%j) is rejected',
    (query) => {
      const { state, judge } = begin();
      expect(judge(query.replace('STATE', state)).kind).toBe('rejected');
      expect(judge({ code: 'c', state }).kind).toBe('code');
    },
  );

  it('is taken once: the state is spent with the first answer', () => {
    const { state, judge } = begin();
    expect(judge({ code: 'c', state }).kind).toBe('code');
    expect(judge({ code: 'c', state })).toEqual({ kind: 'over' });
    expect(judge({ error: 'access_denied', state })).toEqual({ kind: 'over' });
  });

  it('is refused once the login was given up', () => {
    const { pending, state, judge } = begin();
    pending.drop();
    expect(judge({ code: 'c', state })).toEqual({ kind: 'over' });
  });

  it('given up, holds neither state nor verifier', () => {
    const { pending } = begin();
    pending.drop();
    expect(inspect(pending, { showHidden: true, depth: 5 })).not.toMatch(/verifier/);
  });
});

describe('a redirect with an error', () => {
  it('and the right state ends the login', () => {
    const { state, judge } = begin();
    expect(judge({ error: 'access_denied', error_description: 'No.', state })).toEqual({
      kind: 'error',
      error: 'access_denied',
      description: 'No.',
    });
    expect(judge({ code: 'c', state })).toEqual({ kind: 'over' });
  });

  it('and a wrong state is ignored', () => {
    const { state, judge } = begin();
    expect(judge({ error: 'access_denied', state: 'x' })).toEqual({ kind: 'rejected', reason: 'wrong_state' });
    expect(judge({ code: 'c', state }).kind).toBe('code');
  });

  it.each([{}, { state: '' }, { code: 'c' }, { iss: 'https://auth.test' }, { iss: 'https://evil.test' }])(
    'and no state (%j) is ignored: any web page can send one',
    (beside) => {
      const { state, judge } = begin();
      expect(judge({ error: 'access_denied', ...beside })).toEqual({ kind: 'rejected', reason: 'error_without_state' });
      expect(judge({ code: 'c', state }).kind).toBe('code');
    },
  );

  it('wins over a code beside it', () => {
    const { state, judge } = begin();
    expect(judge({ code: 'c', error: 'access_denied', state })).toMatchObject({
      kind: 'error',
      error: 'access_denied',
    });
  });

  it('has its words cleaned of control characters and cut', () => {
    const { state, judge } = begin();
    const error_description = `\u001b[2J\u202e${'x'.repeat(700)}`;
    const judged = judge({ error: 'a\u0007b', error_description, state });
    if (judged.kind !== 'error') throw new Error(judged.kind);
    expect(judged.error).toBe('a\ufffdb');
    expect(judged.description).not.toMatch(/[\u001b\u202e]/);
    expect(judged.description).toHaveLength(600);
  });
});

describe('the issuer of a redirect', () => {
  it('may be missing', () => {
    const { state, judge } = begin();
    expect(judge({ code: 'c', state }).kind).toBe('code');
  });

  it('is taken when it equals the auth base', () => {
    const { state, judge } = begin();
    expect(judge({ code: 'c', state, iss: 'https://auth.test' }).kind).toBe('code');
  });

  it.each(['https://evil.test', 'https://auth.test/', 'https://AUTH.test', 'https://auth.test:443', ''])(
    'ends the login without a code when it is %j',
    (iss) => {
      const { state, judge } = begin();
      expect(judge({ code: 'c', state, iss })).toEqual({ kind: 'foreign', issuer: iss });
      expect(judge({ code: 'c', state })).toEqual({ kind: 'over' });
    },
  );

  it('must fit an error as well', () => {
    const { state, judge } = begin();
    expect(judge({ error: 'access_denied', state, iss: 'https://evil.test' }).kind).toBe('foreign');
  });

  it('is not looked at when the state is wrong: a stranger cannot end the login with it', () => {
    const { state, judge } = begin();
    expect(judge({ code: 'c', state: 'x', iss: 'https://evil.test' })).toEqual({
      kind: 'rejected',
      reason: 'wrong_state',
    });
    expect(judge({ code: 'c', state }).kind).toBe('code');
  });
});
