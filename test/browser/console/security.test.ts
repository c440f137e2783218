import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tabs } from '../../../src/console/model/tabs.ts';
import { ConsoleRig } from '../../support/pages/console-rig.ts';
import { chromiumPath, lackOfChromium, withReason } from '../../support/program/needs.ts';

const reason = lackOfChromium();
let rig: ConsoleRig;

beforeAll(async () => {
  if (reason === null) rig = await ConsoleRig.start();
}, 60_000);
afterAll(() => rig?.close());

const test = it.skipIf(reason !== null);

describe(withReason('the console and strangers', reason), () => {
  test('a page of another origin reads nothing and changes nothing', async () => {
    const key = rig.address.split('#key=')[1] ?? '';
    const script = `(async () => {
      const tries = [];
      const attempt = async (name, work) => tries.push(name + ': ' + await work().catch(() => 'refused'));
      const headers = { Authorization: 'Bearer ${key}' };
      const body = '{"operation":"do","params":{"action":"suspend"}}';
      await attempt('read', async () => (await fetch('${rig.base}/console/facts', { headers })).status);
      await attempt('read blindly', async () => (await fetch('${rig.base}/console/facts', { mode: 'no-cors' })).type);
      await attempt('load the script', () => new Promise((resolve, reject) => {
        const one = document.createElement('script');
        one.src = '${rig.base}/console/page.js'; one.onload = () => resolve('loaded'); one.onerror = reject;
        document.head.append(one);
      }));
      await attempt('stream', () => new Promise((resolve, reject) => {
        const one = new EventSource('${rig.base}/console/events');
        one.onopen = () => resolve('open'); one.onerror = () => { one.close(); reject(); };
      }));
      await attempt('act', async () => (await fetch('${rig.base}/console/ask', {
        method: 'POST', headers: { ...headers, 'Content-Type': 'application/json' }, body })).status);
      await attempt('act without asking first', async () => (await fetch('${rig.base}/console/ask', {
        method: 'POST', body, mode: 'no-cors' })).type);
      await attempt('frame', () => new Promise((resolve, reject) => {
        const one = document.createElement('iframe');
        one.src = '${rig.base}/console'; one.onload = () => setTimeout(() => {
          try { one.contentDocument === null ? reject() : resolve('readable'); } catch { reject(); }
        }, 100);
        document.body.append(one);
      }));
      return tries;
    })()`;
    const foreign: Server = createServer((_request, reply) =>
      reply.setHeader('Content-Type', 'text/html').end('<body><h1>x</h1></body>'),
    );
    await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve));
    const context = await rig.browser.newContext();
    const stranger = await context.newPage();
    await stranger.goto(`http://127.0.0.1:${(foreign.address() as AddressInfo).port}/`);
    const tries = await stranger.evaluate<string[]>(script);
    await context.close();
    foreign.closeAllConnections();
    await new Promise((resolve) => foreign.close(resolve));
    expect(tries).toHaveLength(7);
    expect(tries.filter((one) => !one.endsWith(': refused'))).toEqual([]);
    expect((await rig.program.run(['sandbox', 'status', '--json'])).stdout).toContain('"suspended": false');
  });

  test('is not reached under a name that was pointed at this machine (DNS rebinding)', async () => {
    const key = rig.address.split('#key=')[1] ?? '';
    const { port } = new URL(rig.base);
    const args = ['--headless', '--no-sandbox', '--host-resolver-rules=MAP rebound.example 127.0.0.1'];
    const rebound = await chromium.launch({ executablePath: chromiumPath, args });
    try {
      const stranger = await rebound.newPage();
      const answer = await stranger.goto(`http://rebound.example:${port}/console`);
      expect(answer?.status()).toBe(421);
      // Same origin now, so nothing but the server stands between the page and the console.
      const statuses = await stranger.evaluate<number[]>(`(async () => {
        const headers = { Authorization: 'Bearer ${key}' };
        const paths = ['facts', 'events', 'list', 'page.js', 'page.css'];
        const read = paths.map(async (path) => (await fetch('/console/' + path, { headers })).status);
        const act = ['ask', 'scenario', 'step', 'key'].map(async (path) => (await fetch('/console/' + path, {
          method: 'POST', headers: { ...headers, 'Content-Type': 'application/json' },
          body: '{"operation":"do","params":{"action":"suspend"}}' })).status);
        return Promise.all([...read, ...act]);
      })()`);
      expect(statuses).toEqual(Array(9).fill(421));
    } finally {
      await rebound.close();
    }
    expect((await rig.program.run(['sandbox', 'status', '--json'])).stdout).toContain('"suspended": false');
  });
});

describe(withReason('secrets and the console', reason), () => {
  test('no secret is in its traffic, its files, its page or what the browser keeps', async () => {
    const secrets = async () => {
      const { stdout } = await rig.program.run(['sandbox', 'env', '--format', 'json']);
      const env = JSON.parse(stdout) as Record<string, string>;
      return Object.entries(env).flatMap(([name, value]) => (/SECRET|KEY|TOKEN/.test(name) ? [value] : []));
    };
    const { access, refreshToken, refresh } = await rig.login();
    const canaries = new Set([...(await secrets()), access, refreshToken]);
    expect(canaries.size).toBeGreaterThanOrEqual(5);

    const page = await rig.open();
    const seen: Promise<string>[] = [];
    page.on('request', (request) => seen.push(Promise.resolve(`${request.url()} ${request.postData() ?? ''}`)));
    page.on('response', (response) => {
      if (!response.url().endsWith('/events')) seen.push(response.text().catch(() => ''));
    });
    await page.reload();
    await refresh();
    await refresh();
    for (const tab of tabs) {
      await page.getByRole('tab', { name: tab }).click();
      await page.locator('#console-panel h2').first().waitFor();
      if (tab === 'Deliveries') {
        await page.getByRole('button', { name: 'Rotate the secret' }).click();
        await page.getByRole('status').getByText('Rotation started').waitFor();
        for (const secret of await secrets()) canaries.add(secret);
      }
      if (tab === 'Scenarios') {
        await page.getByRole('button', { name: 'Secret rotation under load' }).click();
        await page.getByRole('button', { name: 'Step' }).click();
        await page.locator('.steps .badge').first().waitFor();
      }
      seen.push(page.content());
    }
    seen.push(page.evaluate<string>('JSON.stringify([localStorage, document.cookie, location.href])'));
    seen.push(stream(page.url(), rig.address.split('#key=')[1] ?? ''));
    const kept = await page.evaluate<string[]>('Object.values(sessionStorage)');
    expect(kept).toContain(rig.address.split('#key=')[1]);
    const all = [...(await Promise.all(seen)), ...kept].join('\n');
    expect(all).toContain('Rotation started');
    expect([...canaries].filter((secret) => all.includes(secret))).toEqual([]);
    await page.context().close();
  });
});

/** What the timeline has sent until it is up to date. */
async function stream(page: string, key: string): Promise<string> {
  const quit = new AbortController();
  const headers = { Authorization: `Bearer ${key}` };
  const answer = await fetch(`${page}/events`, { headers, signal: quit.signal });
  let text = '';
  for await (const piece of answer.body ?? []) {
    text += Buffer.from(piece).toString('utf8');
    if (text.includes('event: cursor')) break;
  }
  quit.abort();
  expect(text).toContain('POST');
  return text;
}
