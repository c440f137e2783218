import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { tabs } from '../../../src/console/model/tabs.ts';
import { ConsoleRig } from '../../support/pages/console-rig.ts';
import { lackOfChromium, withReason } from '../../support/program/needs.ts';

const reason = lackOfChromium();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** One sandbox and one page for all: each test looks at what it changed itself. */
let rig: ConsoleRig;
let page: Page;

beforeAll(async () => {
  if (reason !== null) return;
  rig = await ConsoleRig.start();
  page = await rig.open();
}, 60_000);
afterAll(() => rig?.close());
afterEach(() => {
  if (reason !== null) return;
  rig.status = 200;
  expect(rig.complaints.splice(0)).toEqual([]);
});

const show = (tab: string) => page.getByRole('tab', { name: tab }).click();
const shown = (name: 'command' | 'curl') => page.locator(`[data-shown=${name}]`).textContent();
const told = (text: string | RegExp) => page.getByRole('status').getByText(text).waitFor();
/** The program, with the profile of this sandbox. */
const run = (...args: readonly string[]) => rig.program.run(args);
const test = it.skipIf(reason !== null);

describe(withReason('the page as a whole', reason), () => {
  test.each(['light', 'dark'] as const)('has no fault that axe finds, in %s', async (colorScheme) => {
    const other = await rig.open({ colorScheme });
    const found: string[] = [];
    for (const tab of tabs) {
      await other.getByRole('tab', { name: tab }).click();
      await other.locator('#console-panel h2').first().waitFor();
      if (tab === 'Applications') await other.locator('.card').first().click();
      // The page forbids foreign script, so this one comes by way of the debugger.
      await other.evaluate(axe);
      const violations = await other.evaluate<string[]>(`axe.run().then(({ violations }) => violations.map(
        ({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html.slice(0, 160)).join(' | ')))`);
      found.push(...violations.map((one) => `${tab}: ${one}`));
    }
    await other.context().close();
    expect(found).toEqual([]);
  });

  test.each([320, 900])('fits into %i px', async (width) => {
    const other = await rig.open({ width });
    for (const tab of tabs) {
      await other.getByRole('tab', { name: tab }).click();
      await other.locator('#console-panel h2').first().waitFor();
      const [needed, has] = await other.evaluate<[number, number]>(
        '[document.querySelector(".panel-room").scrollWidth, document.querySelector(".panel-room").clientWidth]',
      );
      expect([tab, needed <= has]).toEqual([tab, true]);
    }
    await other.context().close();
  });

  test('survives a reload, and copies a line', async () => {
    await show('Clock');
    await page.getByRole('button', { name: '+ 1 h', exact: true }).click();
    await expect.poll(() => shown('command')).toBe('revento sandbox clock advance 1h');
    await page.getByRole('button', { name: 'Copy the command line' }).click();
    await told('Copied: command.');
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe('revento sandbox clock advance 1h');
    await page.reload();
    await page.getByRole('heading', { name: 'Clock' }).waitFor();
    expect(page.url()).not.toContain('key');
  });

  test('without its key shows how to open it, and without script what to type', async () => {
    const context = await rig.browser.newContext();
    const stranger = await context.newPage();
    await stranger.goto(`${rig.base}/console`);
    await stranger.getByText('This page is closed').waitFor();
    await context.close();
    const plain = await rig.browser.newContext({ javaScriptEnabled: false });
    const reader = await plain.newPage();
    await reader.goto(rig.address);
    expect(await reader.locator('main.plain').textContent()).toContain('revento sandbox log --follow');
    await plain.close();
  });

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
    expect((await run('sandbox', 'status', '--json')).stdout).toContain('"suspended": false');
  });

  test('is part of the page of a listener whose profile is the sandbox, with one origin and one key', async () => {
    const flags = ['--port', '0', '--ui-port', '0', '--no-browser', '-o', 'ndjson'];
    const listening = rig.program.start(['-p', 'sandbox', 'webhook', 'listen', ...flags]);
    const [, address = ''] = await listening.until('stderr', /^page: (\S+)$/m);
    const context = await rig.browser.newContext();
    const other = await context.newPage();
    const origins = new Set<string>();
    other.on('request', (request) => origins.add(new URL(request.url()).origin));
    await other.goto(address);
    await other.getByRole('button', { name: 'Sandbox', exact: true }).click();
    const card = other.locator('.column.pending .card').first();
    const name = await card.locator('strong').textContent();
    await card.focus();
    await other.keyboard.press('x');
    await other
      .locator('.column.rejected .card')
      .first()
      .getByText(name ?? '')
      .waitFor();
    expect(await other.locator('[data-shown=command]').textContent()).toMatch(/^revento sandbox do reject ptp_/);
    expect([...origins]).toEqual([new URL(address).origin]);
    await other.getByRole('button', { name: 'Sandbox', exact: true }).click();
    await other.getByText('No deliveries yet.').waitFor();
    await context.close();
  });
});
