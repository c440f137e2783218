import { describe, expect, it } from 'vitest';
import { rawExchange } from '../../support/http/raw-http.ts';
import { lackOfBrowser, useDeliveriesPage } from '../../support/pages/deliveries-page.ts';
import { type Besieged, foreignTries, reboundAnswers } from '../../support/pages/stranger.ts';
import { withReason } from '../../support/program/needs.ts';
import { envelope, newSecret } from '../../support/webhook/delivery.ts';

const at = useDeliveriesPage();
const test = it.skipIf(lackOfBrowser !== null);

/** The page with all that it answers; the URL in an act is one that it must not ask. */
const besieged = (): Besieged => {
  const { origin, hash } = new URL(at.address);
  return {
    origin,
    key: hash.replace('#key=', ''),
    reads: ['/session', '/deliveries/1', '/deliveries/1/sender', '/list', '/editor.js'],
    stream: '/events',
    script: '/page.js',
    acts: [
      { path: '/deliveries/1/send', body: { target: 0, resign: true } },
      { path: '/deliveries/1/subject', body: {} },
      { path: '/check', body: { target: at.target.url } },
      { path: '/key', body: { ticket: 'x' } },
    ],
  };
};

describe(withReason('the page and strangers', lackOfBrowser), () => {
  test('without its key shows how to open it, and no data', async () => {
    const context = await at.browser.newContext();
    const stranger = await context.newPage();
    await stranger.goto(at.address.split('#')[0] ?? '');
    await stranger.getByText('This page is closed').waitFor();
    await context.close();
  });

  test('a page of another origin reads nothing, sends nothing, and is refused before anything is looked up', async () => {
    await at.send();
    await at.rows().first().waitFor();
    const { tries, answers } = await foreignTries(at.browser, besieged());
    expect(tries.length).toBeGreaterThan(40);
    expect(tries.filter((one) => !one.endsWith(': refused'))).toEqual([]);
    expect(answers.length).toBeGreaterThan(10);
    expect(new Set(answers)).toEqual(new Set([403]));
    expect(at.target.got).toHaveLength(1);
  });

  test('is not reached under a name that was pointed at this machine (DNS rebinding)', async () => {
    await at.send();
    await at.rows().first().waitFor();
    const statuses = await reboundAnswers(besieged(), '/');
    expect(statuses.length).toBeGreaterThan(10);
    expect(new Set(statuses)).toEqual(new Set([421]));
    expect(at.target.got).toHaveLength(1);
  });

  test('survives malformed hosts and origins, and still answers', async () => {
    const [base = '', key = ''] = at.address.split('#key=');
    const port = Number(new URL(base).port);
    const odd = ['[', '[::1', '\u0000', '%', 'http://', 'a b', ':::', '://', `localhost:${port}:1`, 'x'.repeat(4_000)];
    for (const text of odd) {
      for (const head of [`Host: ${text}`, `Host: localhost:${port}\r\nOrigin: ${text}`]) {
        const wire = `GET /session HTTP/1.1\r\n${head}\r\nAuthorization: Bearer ${key}\r\nConnection: close\r\n\r\n`;
        const { status } = await rawExchange(port, { pieces: [wire] });
        expect([400, 403, 421]).toContain(status);
      }
    }
    const authorized = { headers: { Authorization: `Bearer ${key}` } };
    expect((await fetch(`${base}session`, authorized)).status).toBe(200);
  });

  test('never turns text into markup', async () => {
    await at.send({ body: envelope('application.approved', { id: '<img src=x onerror=alert(1)>' }) });
    await at.rows().first().click();
    await at.page.getByText('<img src=x onerror=alert(1)>').waitFor();
    expect(await at.page.locator('.json img').count()).toBe(0);
    const tried = await at.page.evaluate<string>(`(() => {
      try { document.createElement('p').innerHTML = '<b>x</b>'; return 'made'; } catch (error) { return error.name; }
    })()`);
    expect(tried).toBe('TypeError');
    at.forgive(/TrustedHTML/);
  });

  test('no secret is in anything that the browser gets, assets and editor included', async () => {
    const key = at.address.split('#key=')[1] ?? '';
    const { secret } = at;
    const bodies: Promise<string>[] = [];
    const heads: string[] = [];
    const other = await at.open();
    other.on('request', (request) => bodies.push(Promise.resolve(`${request.url()} ${request.postData() ?? ''}`)));
    other.on('response', (response) => {
      heads.push(JSON.stringify([response.url(), response.headers()]));
      // A stream has no end while the page is open; what it says is on the page.
      if (!/\/events$/.test(response.url())) bodies.push(response.text().catch(() => ''));
    });
    const body = envelope();
    await at.send({ body });
    await at.send({ body, signedBody: `${body} ` });
    await at.send({ body, secret: newSecret() });
    await other.reload();
    await other.locator('#deliveries tbody tr').nth(2).waitFor();
    for (const row of [0, 1, 2]) {
      await other.locator('#deliveries tbody tr').nth(row).click();
      for (const tab of '12345') await other.keyboard.press(tab);
      await other.getByRole('tab', { name: 'Signature' }).click();
      await other.getByText('What is signed').waitFor();
    }
    await other.keyboard.press('e');
    await other.locator('.cm-content').waitFor();
    await other.getByRole('button', { name: /^Send/ }).click();
    await other.getByText(/^Sent at/).waitFor();
    await other.keyboard.press('Escape');
    await other.keyboard.press('x');
    await other.getByRole('button', { name: 'Run the check' }).click();
    await other.getByText('Cause: ').waitFor();
    bodies.push(other.content());
    bodies.push(other.evaluate<string>('JSON.stringify([localStorage, document.cookie, location.href])'));
    bodies.push(streamOf(at.address), listOf(at.address));
    const seen = [...heads, ...(await Promise.all(bodies))].join('\n');
    await other.context().close();
    expect(seen).toContain('createEditor');
    expect(seen).toContain('signature_mismatch');
    for (let from = 0; from + 12 <= secret.length; from += 6) expect(seen).not.toContain(secret.slice(from, from + 12));
    expect(seen).not.toContain(Buffer.from(secret).toString('base64').slice(4, 20));
    expect(seen).not.toContain(key);
  });
});

/** What the stream sends at first. */
async function streamOf(address: string): Promise<string> {
  const { origin, hash } = new URL(address);
  const quit = new AbortController();
  const headers = { Authorization: `Bearer ${hash.replace('#key=', '')}` };
  const answer = await fetch(`${origin}/events`, { headers, signal: quit.signal });
  let text = '';
  for await (const piece of answer.body ?? []) {
    text += Buffer.from(piece).toString('utf8');
    if (text.includes('id: 3\n')) break;
  }
  quit.abort();
  return text;
}

/** The list without script. */
async function listOf(address: string): Promise<string> {
  const { origin, hash } = new URL(address);
  const password = Buffer.from(`me:${hash.replace('#key=', '')}`).toString('base64');
  const answer = await fetch(`${origin}/list`, { headers: { Authorization: `Basic ${password}` } });
  expect(answer.status).toBe(200);
  return answer.text();
}
