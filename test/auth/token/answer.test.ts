import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { judgeTokenAnswer, type TokenAnswer } from '../../../src/auth/token/answer.ts';
import type { HeaderList, HttpResponse } from '../../../src/ports/exchange.ts';
import { Redactor } from '../../../src/text/secret.ts';

const fresh = () => randomBytes(24).toString('base64url');
const startedAtMs = Date.parse('2026-03-01T10:00:00Z');

function answer(body: unknown, status = 200, headers: HeaderList = []): HttpResponse {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { status, headers, body: new TextEncoder().encode(text) };
}

function judge(response: HttpResponse, redactor = new Redactor()): TokenAnswer {
  return judgeTokenAnswer(response, { startedAtMs, redactor });
}

describe('an answer with tokens', () => {
  const minimal = () => ({
    access_token: fresh(),
    refresh_token: fresh(),
    event_id: 'evt_1',
    organization_id: 'org_1',
    scope: 'event.read participants.read',
  });

  it('is taken when it holds only the five fields that are certain', () => {
    const body = minimal();
    expect(judge(answer(body))).toMatchObject({
      ok: true,
      accessExpiresAt: null,
      refreshExpiresAt: null,
      scope: ['event.read', 'participants.read'],
      eventId: 'evt_1',
      organizationId: 'org_1',
      userId: null,
    });
  });

  it('gives the tokens as secrets and has them masked from then on', () => {
    const redactor = new Redactor();
    const body = minimal();
    const judged = judge(answer(body), redactor);
    if (!judged.ok) throw new Error(judged.description);
    expect(judged.accessToken.reveal()).toBe(body.access_token);
    expect(judged.refreshToken?.reveal()).toBe(body.refresh_token);
    expect(redactor.clean(`${body.access_token} ${body.refresh_token}`)).not.toMatch(
      new RegExp(`${body.access_token}|${body.refresh_token}`),
    );
    expect(JSON.stringify(judged)).not.toContain(body.access_token);
  });

  it('has its tokens masked even when the rest of it is not usable', () => {
    const redactor = new Redactor();
    const body = { ...minimal(), token_type: 'mac' };
    expect(judge(answer(body), redactor)).toMatchObject({ ok: false, error: 'bad_answer' });
    expect(redactor.clean(body.access_token)).not.toContain(body.access_token);
    expect(redactor.clean(body.refresh_token)).not.toContain(body.refresh_token);
  });

  it.each(['Bearer', 'bearer', 'BEARER', undefined, null])('is taken with the token type %j', (token_type) => {
    expect(judge(answer({ ...minimal(), token_type })).ok).toBe(true);
  });

  it.each(['mac', 'DPoP', 7, ['Bearer'], 'Bearer '])('is refused with the token type %j', (token_type) => {
    expect(judge(answer({ ...minimal(), token_type }))).toMatchObject({ ok: false, status: 200, error: 'bad_answer' });
  });

  it.each([
    undefined,
    null,
    '',
    ' ',
    'a b',
    ' a',
    'a ',
    7,
    {},
    'a\r\nX-Evil: 1',
    'a\nb',
    'tab\there',
    'null\u0000',
    'ünï',
  ])('is refused with the access token %j', (access_token) => {
    expect(judge(answer({ ...minimal(), access_token }))).toMatchObject({ ok: false, error: 'bad_answer' });
  });

  it.each([undefined, null, ''])('has no refresh token when that is %j', (refresh_token) => {
    expect(judge(answer({ ...minimal(), refresh_token }))).toMatchObject({ ok: true, refreshToken: null });
  });

  it.each([7, {}, 'a\nb', ' ', '   '])('is refused with the refresh token %j', (refresh_token) => {
    expect(judge(answer({ ...minimal(), refresh_token }))).toMatchObject({ ok: false, error: 'bad_answer' });
  });

  it.each([
    [3600, 3_600_000],
    ['3600', 3_600_000],
    [0.5, 500],
    ['7776000', 7_776_000_000],
  ])('expires %j s after the request was started', (expires_in, ms) => {
    expect(judge(answer({ ...minimal(), expires_in }))).toMatchObject({ accessExpiresAt: startedAtMs + ms });
  });

  it.each([
    undefined,
    null,
    0,
    -1,
    '-5',
    'soon',
    '',
    '0x10',
    '1e400',
    Number.POSITIVE_INFINITY,
    315_360_001,
    '999999999999',
    true,
    [60],
    {},
  ])('has an unknown expiry when that is %j', (expires_in) => {
    expect(judge(answer({ ...minimal(), expires_in }))).toMatchObject({ ok: true, accessExpiresAt: null });
  });

  it('counts the lifetime of the refresh token in the same way', () => {
    const body = { ...minimal(), refresh_expires_in: 7_776_000 };
    expect(judge(answer(body))).toMatchObject({ refreshExpiresAt: startedAtMs + 7_776_000_000 });
  });

  it.each<[unknown, string[] | null]>([
    [undefined, null],
    [null, null],
    ['', []],
    ['event.read', ['event.read']],
    [' event.read  program.read event.read ', ['event.read', 'program.read']],
    [
      ['event.read', 'program.read'],
      ['event.read', 'program.read'],
    ],
  ])('with the scope %j grants %j', (scope, granted) => {
    expect(judge(answer({ ...minimal(), scope }))).toMatchObject({ ok: true, scope: granted });
  });

  it.each([7, {}, 'a\u001b[2Jb', ['a', 1], ['a b']])('is refused with the scope %j', (scope) => {
    expect(judge(answer({ ...minimal(), scope }))).toMatchObject({ ok: false, error: 'bad_answer' });
  });

  it.each([7, '', 'evt 1', 'evt\n', null])('has no event when that is %j', (event_id) => {
    expect(judge(answer({ ...minimal(), event_id }))).toMatchObject({ ok: true, eventId: null });
  });

  it.each(['', 'null', '[]', '"text"', '<html>', '{"access_token":"x"', '{} {}'])(
    'is refused when its body is %j',
    (body) => {
      expect(judge(answer(body))).toMatchObject({ ok: false, status: 200, error: 'bad_answer' });
    },
  );

  it('is refused when its body is not UTF-8', () => {
    const body = new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]);
    expect(judge({ status: 200, headers: [], body })).toMatchObject({ ok: false, error: 'bad_answer' });
  });

  it('quotes nothing of an answer it cannot parse', () => {
    const token = fresh();
    expect(JSON.stringify(judge(answer(`{"access_token":"${token}"`)))).not.toContain(token);
  });

  it.each([200, 201, 202, 203, 206])('is taken with status %i', (status) => {
    expect(judge(answer(minimal(), status)).ok).toBe(true);
  });

  it.each([201, 204])('is refused when it holds no tokens, with status %i', (status) => {
    expect(judge(answer({}, status))).toMatchObject({ ok: false, status, error: 'bad_answer' });
  });
});

describe('a refusal', () => {
  it('carries the code, the words and the status', () => {
    const body = { error: 'invalid_grant', error_description: 'The code is spent.' };
    expect(judge(answer(body, 400))).toEqual({
      ok: false,
      status: 400,
      error: 'invalid_grant',
      description: 'The code is spent.',
      retryAfterSeconds: null,
    });
  });

  it('reads the words of the API error shape as well', () => {
    const body = { error: 'rate_limit_exceeded', message: 'Slow down.', request_id: 'x' };
    expect(judge(answer(body, 429))).toMatchObject({ error: 'rate_limit_exceeded', description: 'Slow down.' });
  });

  it.each([301, 302, 303, 307, 308])('is what a redirect with status %i is, its target never named', (status) => {
    const judged = judge(answer('', status, [['Location', 'https://evil.test/steal']]));
    expect(judged).toMatchObject({ ok: false, status, error: '' });
    expect(JSON.stringify(judged)).toContain('redirect');
    expect(JSON.stringify(judged)).not.toContain('evil.test');
  });

  it('prints nothing of an HTML page', () => {
    const judged = judge(answer('<html><script>alert(1)</script></html>', 502));
    expect(judged).toEqual({ ok: false, status: 502, error: '', description: '', retryAfterSeconds: null });
  });

  it('takes terminal control and direction-changing characters out of the words', () => {
    const body = { error: 'invalid_request', error_description: 'a\u001b[31mb\u009bc\u202ed\r\ne' };
    const judged = judge(answer(body, 400));
    if (judged.ok) throw new Error('taken');
    expect(judged.description).toBe('a\ufffd[31mb\ufffdc\ufffdd e');
  });

  it('cuts the words at 600 characters', () => {
    const judged = judge(answer({ error: 'x', error_description: 'y'.repeat(100_000) }, 400));
    if (judged.ok) throw new Error('taken');
    expect(judged.description).toHaveLength(600);
    expect(judged.description.endsWith('…')).toBe(true);
  });

  it('masks a secret in the words before it cuts them', () => {
    const redactor = new Redactor();
    const secret = fresh();
    redactor.add(secret);
    const body = { error: 'x', error_description: `${'y'.repeat(593)}${secret}` };
    const judged = judge(answer(body, 400), redactor);
    if (judged.ok) throw new Error('taken');
    expect(judged.description).not.toContain(`y${secret.slice(0, 4)}`);
  });

  it.each([{ error: 7 }, { error: { code: 'x' } }, { error: 'a"b' }, { error: 'a\nb' }, { error: '' }, 'no'])(
    'has an empty code when the body is %j',
    (body) => {
      expect(judge(answer(body, 400))).toMatchObject({ ok: false, error: '' });
    },
  );

  it.each([
    ['120', 120],
    ['Sun, 01 Mar 2026 10:00:30 GMT', 30],
    ['Sun, 01 Mar 2026 09:00:00 GMT', 0],
    ['Sun, 01 Mar 2026 12:30:30 GMT', 30, 'Sun, 01 Mar 2026 12:30:00 GMT'],
    ['1.5', 2],
    ['999999999', 86_400],
    ['soon', null],
    ['-5', null],
  ])('with Retry-After %j says to wait %j s', (value, seconds, date = '') => {
    const headers: HeaderList = [
      ['retry-after', value],
      ['date', date],
    ];
    const response = answer({ error: 'temporarily_unavailable' }, 503, headers);
    expect(judge(response)).toMatchObject({ retryAfterSeconds: seconds });
  });
});
