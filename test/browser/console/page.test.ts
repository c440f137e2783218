import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ConsoleRig } from '../../support/pages/console-rig.ts';
import { headingPlaces } from '../../support/pages/heading.ts';
import { lackOfChromium, withReason } from '../../support/program/needs.ts';

const reason = lackOfChromium();
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
const test = it.skipIf(reason !== null);

describe(withReason('the page as a whole', reason), () => {
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

  test('shows its heading before its script has arrived, and moves it no more', async () => {
    const { before, after } = await headingPlaces(rig.browser, rig.address, 'Applications');
    expect(after).toEqual(before);
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
    const httpCredentials = { username: 'me', password: rig.address.split('#key=')[1] ?? '' };
    const known = await rig.browser.newContext({ javaScriptEnabled: false, httpCredentials });
    const list = await known.newPage();
    await list.goto(`${rig.base}/console`);
    await list.getByRole('link', { name: 'the plain list' }).click();
    for (const name of [/^Applications: /, 'Activities', 'Consents', 'Tokens', 'Faults', /^Deliveries/, /^Requests/]) {
      await list.getByRole('heading', { level: 2, name }).waitFor();
    }
    await list.getByRole('cell', { name: 'pending', exact: true }).first().waitFor();
    await known.close();
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

    // Without script: its two lists, by one password.
    const [base = '', password = ''] = address.split('#key=');
    const httpCredentials = { username: 'me', password };
    const plain = await rig.browser.newContext({ javaScriptEnabled: false, httpCredentials });
    const list = await plain.newPage();
    await list.goto(base);
    await list.getByRole('link', { name: 'the plain list' }).click();
    await list.getByRole('link', { name: 'Sandbox' }).click();
    await list.getByRole('rowheader', { name: name ?? '' }).waitFor();
    expect(await list.evaluate("getComputedStyle(document.querySelector('table.grid')).borderCollapse")).toBe(
      'collapse',
    );
    await list.getByRole('link', { name: 'Deliveries' }).click();
    await list.getByText('No deliveries yet.').waitFor();
    await plain.close();
  });
});
