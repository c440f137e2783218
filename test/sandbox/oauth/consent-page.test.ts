import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { registerClients } from '../../../src/sandbox/oauth/clients.ts';
import { createSandbox } from '../../../src/sandbox/server/app.ts';
import { readForm } from '../../../src/sandbox/visitor/form.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { callbackOf, headerOf, integrationOf, jsonOf, textOf } from '../../support/sandbox/client.ts';

const setUp = (name = 'Sample Integration', redirectUris: readonly string[] = []) => {
  const clock = fakeClock();
  const clients = registerClients({ redirectUris }).map((client) => ({ ...client, name }));
  const sandbox = createSandbox({ clock, clients, controlKey: 'of a test' });
  const app = integrationOf(sandbox);
  const open = async (changes = {}) => {
    const response = await app.authorize(changes);
    const html = textOf(response);
    const transaction = readForm(html)?.fields.find(({ name: field }) => field === 'transaction')?.value ?? '';
    return { response, html, transaction };
  };
  const act = (action: string, ids?: readonly string[]) =>
    sandbox.control?.do('do', { action, ...(ids !== undefined && { ids }) });
  return { clock, app, open, act };
};
const policyOf = (response: Parameters<typeof headerOf>[0]) =>
  new Map(
    (headerOf(response, 'content-security-policy') ?? '').split('; ').map((rule) => {
      const [name = '', ...values] = rule.split(' ');
      return [name, values.join(' ')];
    }),
  );

describe('consent page', () => {
  it('says who asks for what, of which event and organization', async () => {
    const { html } = await setUp().open();
    for (const text of [
      'Sample Integration',
      'Sandbox Summit 2027',
      'evt_test_published',
      'Verein für schöne Ereignisse e. V.',
      'org_test_formal',
      'event.read',
      'participants.read',
      'program.read',
      'Names, application status',
    ]) {
      expect(html).toContain(text);
    }
  });

  it('works without script and loads nothing from elsewhere', async () => {
    const { html, response } = await setUp().open();
    expect(html).not.toMatch(/<script|<img|<link|\bsrc=|\bon[a-z]+=/i);
    const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    const policy = policyOf(response);
    expect(policy.get('default-src')).toBe("'none'");
    expect(policy.get('style-src')).toBe(`'sha256-${hash}'`);
    expect(policy.get('frame-ancestors')).toBe("'none'");
    expect(policy.get('base-uri')).toBe("'none'");
  });

  it('lets the form lead to itself and to the redirect target, and nowhere else', async () => {
    const tunnel = 'https://abc.tunnel.example/callback';
    const { open } = setUp('Sample', [tunnel]);
    expect(policyOf((await open()).response).get('form-action')).toBe("'self' http://localhost:* http://127.0.0.1:*");
    const other = await open({ redirect_uri: tunnel });
    expect(policyOf(other.response).get('form-action')).toBe("'self' https://abc.tunnel.example");
  });

  it('is neither cached, framed, sniffed nor leaked by a referrer', async () => {
    const { response } = await setUp().open();
    expect(headerOf(response, 'cache-control')).toBe('no-store');
    expect(headerOf(response, 'x-frame-options')).toBe('DENY');
    expect(headerOf(response, 'x-content-type-options')).toBe('nosniff');
    expect(headerOf(response, 'referrer-policy')).toBe('no-referrer');
  });

  it('shows a name with markup as text', async () => {
    const { html } = await setUp(`<img src=x onerror=alert(1)>"'`).open();
    expect(html).not.toContain('<img');
    expect(html).toContain('&lt;img src&#61;x onerror&#61;alert(1)&gt;&quot;&#39;');
  });

  it('labels every box, groups them under a legend, and names the language', async () => {
    const { html } = await setUp().open();
    const boxes = [...html.matchAll(/<input type="checkbox" id="([^"]+)"/g)].map(([, id]) => id);
    expect(boxes).toHaveLength(3);
    for (const id of boxes) expect(html).toMatch(new RegExp(`<label class="scope[^"]*" for="${id}"`));
    expect(html).toMatch(/<fieldset>\s*<legend>/);
    expect(html).toContain('<html lang="en">');
  });

  it('grants everything that stays ticked', async () => {
    const { app, open } = setUp();
    const { transaction } = await open();
    const scope = ['participants.read', 'program.read'];
    const response = await app.post('/oauth/consent', { transaction, scope, decision: 'allow' });
    expect(response.status).toBe(303);
    const back = callbackOf(response);
    expect(back.get('state')).toBe(app.state);
    const answer = jsonOf(await app.exchangeCode(back.get('code') ?? ''));
    expect(answer['scope']).toBe('event.read participants.read program.read');
  });

  it('grants less when optional scopes are unticked', async () => {
    const { app, open } = setUp();
    const { transaction } = await open();
    const response = await app.post('/oauth/consent', { transaction, decision: 'allow' });
    const answer = jsonOf(await app.exchangeCode(callbackOf(response).get('code') ?? ''));
    expect(answer['scope']).toBe('event.read');
    const call = await app.api('/events/evt_test_published/participants', answer['access_token']);
    expect(jsonOf(call)).toMatchObject({ error: 'insufficient_scope', required_scope: 'participants.read' });
  });

  it('grants nothing that was not asked for', async () => {
    const { app, open } = setUp();
    const { transaction } = await open({ scope: 'event.read' });
    const scope = ['event.read', 'participants.read', 'profile.read'];
    const response = await app.post('/oauth/consent', { transaction, scope, decision: 'allow' });
    const answer = jsonOf(await app.exchangeCode(callbackOf(response).get('code') ?? ''));
    expect(answer['scope']).toBe('event.read');
  });

  it('comes back with access_denied and the state when denied', async () => {
    const { app, open } = setUp();
    const { transaction } = await open();
    const back = callbackOf(await app.post('/oauth/consent', { transaction, decision: 'deny' }));
    expect([back.get('error'), back.get('state'), back.get('code')]).toEqual(['access_denied', app.state, null]);
  });

  it('asks again, on the same page, when all optional scopes were unticked and none is required', async () => {
    const { app, open } = setUp();
    const { transaction } = await open({ scope: 'participants.read program.read' });
    const empty = await app.post('/oauth/consent', { transaction, decision: 'allow' });
    expect(empty.status).toBe(400);
    expect(textOf(empty)).toContain('role="alert"');
    const again = await app.post('/oauth/consent', { transaction, scope: 'program.read', decision: 'allow' });
    expect(again.status).toBe(303);
  });

  it('keeps the only scope that was asked for ticked', async () => {
    const { open } = setUp();
    const box = readForm((await open({ scope: 'program.read' })).html)?.fields.find(({ name }) => name === 'scope');
    expect(box).toMatchObject({ isDisabled: true, isOn: true });
  });

  it('lets a participant choose who signs in', async () => {
    const { app, open, act } = setUp();
    await act('connect');
    const { transaction, html } = await open({ scope: 'profile.read event.attendance' });
    expect(html).toContain('Login with Revento');
    const response = await app.post('/oauth/consent', {
      transaction,
      person: '2',
      scope: 'event.attendance',
      decision: 'allow',
    });
    const answer = jsonOf(await app.exchangeCode(callbackOf(response).get('code') ?? ''));
    const application = jsonOf(await app.api('/me/application', answer['access_token']));
    expect(application).toMatchObject({ user_id: answer['user_id'], application_status: 'rejected' });
  });

  it.each([
    [
      'before an organizer has connected the integration',
      [],
      'An organizer has to connect',
      'revento sandbox do connect',
    ],
    ['after the organizer has revoked', ['connect', 'revoke'], 'An organizer has to connect', 'sandbox login'],
    ['while the integration is suspended', ['connect', 'suspend'], 'is suspended', 'sandbox do reinstate integration'],
    ['to an archived event', ['connect', 'archive'], 'is archived', 'do reinstate evt_test_published'],
  ])('lets nobody sign in %s, and says what to do', async (_when, actions, title, remedy) => {
    const { open, act, app } = setUp();
    for (const action of actions) await act(action);
    const { response, html, transaction } = await open({ scope: 'profile.read event.attendance' });
    expect([response.status, transaction]).toEqual([403, '']);
    expect(html).toMatch(new RegExp(`<h1>[^<]*${title}`));
    expect(html).toContain(remedy);
    const [, back = ''] = /<a href="(http[^"]+)">Back/.exec(html) ?? [];
    const { searchParams } = new URL(
      back.replace(/&#x?(\w+);|&amp;/g, (whole, code) =>
        whole === '&amp;' ? '&' : String.fromCharCode(Number(whole[2] === 'x' ? `0x${code}` : code)),
      ),
    );
    expect([searchParams.get('error'), searchParams.get('state')]).toEqual(['access_denied', app.state]);
  });

  it('notices an obstacle that has come up since it was shown', async () => {
    const { open, act, app } = setUp();
    const { transaction } = await open();
    await act('archive');
    const response = await app.post('/oauth/consent', { transaction, decision: 'allow' });
    expect([response.status, textOf(response)]).toEqual([403, expect.stringContaining('This event is archived')]);
  });

  it('does not offer cancelled participants', async () => {
    const { open, act, app } = setUp();
    await act('connect');
    const done = await act('cancel');
    expect(done).toBeDefined();
    const { transaction, html } = await open({ scope: 'profile.read' });
    const offered = [...html.matchAll(/<option value="(\d+)"/g)].map(([, place]) => place);
    expect(offered).toHaveLength(8);
    expect(offered).not.toContain('0');
    const forged = await app.post('/oauth/consent', { transaction, person: '0', decision: 'allow' });
    expect([forged.status, headerOf(forged, 'location')]).toEqual([400, null]);
  });

  it('is answered once', async () => {
    const { app, open } = setUp();
    const { transaction } = await open();
    await app.post('/oauth/consent', { transaction, decision: 'deny' });
    const second = await app.post('/oauth/consent', { transaction, decision: 'allow' });
    expect([second.status, headerOf(second, 'location')]).toEqual([400, null]);
  });

  it('is good for ten minutes', async () => {
    const { app, open, clock } = setUp();
    const { transaction } = await open();
    clock.advance(10 * 60_000);
    const late = await app.post('/oauth/consent', { transaction, decision: 'allow' });
    expect([late.status, headerOf(late, 'location')]).toEqual([400, null]);
  });

  it.each([
    ['another site', [['Sec-Fetch-Site', 'cross-site']]],
    ['a neighbor of the same site', [['Sec-Fetch-Site', 'same-site']]],
    [
      'another origin, in an older browser',
      [
        ['Origin', 'http://evil.example'],
        ['Host', '127.0.0.1:4010'],
      ],
    ],
  ] as const)('refuses an answer that comes from %s, and stays open', async (_what, headers) => {
    const { app, open } = setUp();
    const { transaction } = await open();
    const form = { transaction, decision: 'allow' };
    expect((await app.post('/oauth/consent', form, headers)).status).toBe(400);
    expect((await app.post('/oauth/consent', form, [['Sec-Fetch-Site', 'same-origin']])).status).toBe(303);
  });

  it('refuses a guessed transaction', async () => {
    const response = await setUp().app.post('/oauth/consent', { transaction: 'guess', decision: 'allow' });
    expect([response.status, headerOf(response, 'location')]).toEqual([400, null]);
  });
});

describe('error page', () => {
  it('shows what was sent as text, cut, without control characters', async () => {
    const { app } = setUp();
    const uri = `http://x/<script>alert(1)</script>\u202e\u0007${'a'.repeat(500)}`;
    const html = textOf(await app.authorize({ redirect_uri: uri }));
    expect(html).toContain('&lt;script&gt;');
    expect(html).not.toMatch(/<script|\u202e|\u0007/);
    expect(html).not.toContain('a'.repeat(300));
  });

  it('never redirects', async () => {
    const { app } = setUp();
    const response = await app.authorize({ client_id: 'nobody' });
    expect(policyOf(response).get('form-action')).toBe("'none'");
  });
});
