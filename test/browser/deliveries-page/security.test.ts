import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { rawExchange } from '../../support/http/raw-http.ts';
import { lackOfBrowser, useDeliveriesPage } from '../../support/pages/deliveries-page.ts';
import { chromiumPath, withReason } from '../../support/program/needs.ts';
import { envelope, newSecret } from '../../support/webhook/delivery.ts';

const at = useDeliveriesPage();
const test = it.skipIf(lackOfBrowser !== null);

describe(withReason('the page and strangers', lackOfBrowser), () => {
  test('without its key shows how to open it, and no data', async () => {
    const context = await at.browser.newContext();
    const stranger = await context.newPage();
    await stranger.goto(at.address.split('#')[0] ?? '');
    await stranger.getByText('This page is closed').waitFor();
    await context.close();
  });

  test('a page of another origin reads nothing and sends nothing', async () => {
    await at.send();
    await at.rows().first().waitFor();
    const [base = '', key = ''] = at.address.split('#key=');
    const script = `(async () => {
      const tries = [];
      const attempt = async (name, work) => tries.push(name + ': ' + await work().catch(() => 'refused'));
      const headers = { Authorization: 'Bearer ${key}' };
      await attempt('read', async () => (await fetch('${base}session')).status);
      await attempt('read with the key', async () => (await fetch('${base}session', { headers })).status);
      await attempt('read blindly', async () => (await fetch('${base}session', { mode: 'no-cors' })).type);
      await attempt('load the script', () => new Promise((resolve, reject) => {
        const one = document.createElement('script');
        one.src = '${base}page.js'; one.onload = () => resolve('loaded'); one.onerror = reject;
        document.head.append(one);
      }));
      await attempt('stream', () => new Promise((resolve, reject) => {
        const one = new EventSource('${base}events');
        one.onopen = () => resolve('open'); one.onerror = () => { one.close(); reject(); };
      }));
      await attempt('socket', () => new Promise((resolve, reject) => {
        const one = new WebSocket('${base.replace('http', 'ws')}events');
        one.onopen = () => resolve('open'); one.onerror = reject;
      }));
      await attempt('post blindly', async () => {
        await fetch('${base}deliveries/1/send', { method: 'POST', mode: 'no-cors', body: '{"target":0,"resign":true}' });
        return 'sent';
      });
      await attempt('post', async () => (await fetch('${base}deliveries/1/send', {
        method: 'POST', headers: { ...headers, 'Content-Type': 'application/json' }, body: '{"target":0,"resign":true}' })).status);
      return tries;
    })()`;
    const foreign: Server = createServer((_request, reply) =>
      reply.setHeader('Content-Type', 'text/html').end('<h1>x</h1>'),
    );
    await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve));
    const context = await at.browser.newContext();
    const stranger = await context.newPage();
    await stranger.goto(`http://127.0.0.1:${(foreign.address() as AddressInfo).port}/`);
    const tries = await stranger.evaluate<string[]>(script);
    await context.close();
    foreign.closeAllConnections();
    await new Promise((resolve) => foreign.close(resolve));
    expect(tries).toHaveLength(8);
    expect(tries.filter((one) => !one.endsWith(': refused'))).toEqual([]);
    expect(at.target.got).toHaveLength(1);
  });

  test('is not reached under a name that was pointed at this machine (DNS rebinding)', async () => {
    await at.send();
    const [base = '', key = ''] = at.address.split('#key=');
    const { port } = new URL(base);
    const args = ['--headless', '--no-sandbox', '--host-resolver-rules=MAP rebound.example 127.0.0.1'];
    const rebound = await chromium.launch({ executablePath: chromiumPath, args });
    try {
      const stranger = await rebound.newPage();
      const answer = await stranger.goto(`http://rebound.example:${port}/`);
      expect(answer?.status()).toBe(421);
      // Same origin now, so nothing but the server stands between the page and the deliveries.
      const statuses = await stranger.evaluate<number[]>(`(async () => {
        const headers = { Authorization: 'Bearer ${key}' };
        const paths = ['/session', '/events', '/deliveries/1', '/page.js', '/list'];
        return Promise.all(paths.map(async (path) => (await fetch(path, { headers })).status));
      })()`);
      expect(new Set(statuses)).toEqual(new Set([421]));
    } finally {
      await rebound.close();
    }
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
    const seen = [...heads, ...(await Promise.all(bodies)), await other.content()].join('\n');
    await other.context().close();
    expect(seen).toContain('createEditor');
    expect(seen).toContain('signature_mismatch');
    for (let from = 0; from + 12 <= secret.length; from += 6) expect(seen).not.toContain(secret.slice(from, from + 12));
    expect(seen).not.toContain(Buffer.from(secret).toString('base64').slice(4, 20));
    expect(heads.join('\n')).not.toContain(key);
  });
});
