import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { tabs } from '../../src/console/model/tabs.ts';
import { closeHandlers, type Handler, handler } from '../support/handler.ts';
import { chromiumPath, lackOfChromium, withReason } from '../support/needs.ts';
import { ProgramRig } from '../support/program-rig.ts';

const reason = lackOfChromium();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];

/** One sandbox and one page for all: each test looks at what it changed itself. */
let browser: Browser;
let rig: ProgramRig;
let target: Handler;
let page: Page;
let address: string;
let answers = 200;
const complaints: string[] = [];

beforeAll(async () => {
  if (reason !== null) return;
  browser = await chromium.launch({ executablePath: chromiumPath, args: flags });
  rig = new ProgramRig();
  target = await handler(() => ({ status: answers }));
  const running = rig.start(['sandbox', 'start', '--port', '0', '--auto-consent', '--webhook-url', target.url]);
  [, address = ''] = await running.until('stderr', /^console: (\S+)$/m);
  page = await open({});
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await rig?.close();
  await closeHandlers();
});
afterEach(() => {
  answers = 200;
  expect(complaints.splice(0)).toEqual([]);
});

async function open(options: { readonly colorScheme?: 'light' | 'dark'; readonly width?: number }): Promise<Page> {
  const { colorScheme = 'light', width = 1280 } = options;
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const opened = await context.newPage();
  // A refusal is answered with a status that the browser notes down.
  opened.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('status of 409')) complaints.push(message.text());
  });
  opened.on('pageerror', (error) => complaints.push(String(error)));
  await opened.goto(address);
  await opened.getByText('live', { exact: true }).waitFor();
  return opened;
}

const show = (tab: string) => page.getByRole('tab', { name: tab }).click();
const shown = (name: 'command' | 'curl') => page.locator(`[data-shown=${name}]`).textContent();
const told = (text: string | RegExp) => page.getByRole('status').getByText(text).waitFor();
/** The program, with the profile of this sandbox. */
const run = (...args: readonly string[]) => rig.run(args);
const test = it.skipIf(reason !== null);

describe(withReason('the board of applications', reason), () => {
  const column = (name: string) => page.locator(`.column.${name}`);

  test('approves by click, and shows the command and the curl that do the same', async () => {
    await show('Applications');
    const card = column('pending').locator('.card').first();
    const name = await card.locator('strong').textContent();
    await card.click();
    await page.getByRole('button', { name: 'Approve' }).click();
    await told(`${name}: done; delivery`);
    await column('approved')
      .locator('.card')
      .first()
      .getByText(name ?? '')
      .waitFor();
    await expect.poll(() => target.got.length).toBeGreaterThan(0);
    const id = /ptp_\w+/.exec((await shown('command')) ?? '')?.[0];
    expect(await shown('command')).toBe(`revento sandbox do approve ${id}`);
    const curl = await shown('curl');
    expect(curl).toContain('/_sandbox/v1/do');
    expect(curl).toContain('Bearer $REVENTO_SANDBOX_KEY');
    expect((await run('-p', 'sandbox', 'sandbox', 'log', '--subject', id ?? '')).stdout).toContain('approve');
  });

  test('rejects, asks for revision, registers and cancels by keys, and keeps the focus on the card', async () => {
    await column('pending').locator('.card').first().focus();
    const name = await page.locator('#person h3').textContent();
    const focused = () => page.evaluate<string | null>("document.activeElement?.querySelector('strong')?.textContent");
    for (const [key, status] of [
      ['v', 'revision_requested'],
      ['s', 'pending'],
      ['x', 'rejected'],
      ['a', 'approved'],
      ['g', 'registered'],
      ['c', 'cancelled'],
    ] as const) {
      await page.keyboard.press(key);
      await column(status)
        .locator('.card')
        .first()
        .getByText(name ?? '')
        .waitFor();
      await expect.poll(focused).toBe(name);
    }
  });

  test('moves between cards and columns by arrows, with one tab stop a column', async () => {
    await column('approved').locator('.card').first().focus();
    await page.keyboard.press('ArrowDown');
    const second = await column('approved').locator('.card').nth(1).getAttribute('id');
    expect(await page.evaluate('document.activeElement.id')).toBe(second);
    await page.keyboard.press('ArrowLeft');
    const inColumn = "document.activeElement.closest('.column').className";
    expect(await page.evaluate(inColumn)).toContain('revision_requested');
    expect(await column('approved').locator('.card[tabindex="0"]').count()).toBe(1);
  });

  test('edits a profile, finds by name, and takes a new application', async () => {
    await column('approved').locator('.card').first().focus();
    await page.keyboard.press('e');
    await page.getByLabel('First name').fill('Ada');
    await page.getByLabel('Last name').fill("O'King");
    await page.getByRole('button', { name: 'Save' }).click();
    await column('approved').getByText("Ada O'King").waitFor();
    expect(await shown('command')).toContain(`--data '{"first_name":"Ada","last_name":"O'\\''King"}'`);
    await page.locator('#board-search').fill('ada o');
    await expect.poll(() => page.locator('.card').count()).toBe(1);
    await page.locator('#board-search').fill('');
    await page.getByRole('button', { name: 'New application' }).click();
    await told(/^Applied: ptp_/);
  });
});

describe(withReason('the other panels', reason), () => {
  test('fills an activity and frees half of it', async () => {
    await show('Activities');
    const row = page.locator('tr[data-id]').filter({ hasText: 'available' }).first();
    const id = await row.getAttribute('data-id');
    const same = page.locator(`tr[data-id=${id}]`);
    await same.getByRole('button', { name: 'Fill' }).click();
    await same.getByText('full').waitFor();
    await same.getByRole('button', { name: 'Free half' }).click();
    await same.getByText('available').waitFor();
    expect(await shown('command')).toBe(`revento sandbox do free ${id}`);
  });

  test('draws the tokens of a login, and a token that came twice as the fork that ends it', async () => {
    const before = await login();
    await show('Tokens');
    const card = page.locator('.login').first();
    await card.getByText('active', { exact: true }).waitFor();
    await before.refresh();
    await expect.poll(() => card.locator('.node').count()).toBe(2);
    await before.refresh();
    await card.getByText('revoked', { exact: true }).first().waitFor();
    await card.locator('.fork').getByText('came again').waitFor();
    await card.getByText('a spent refresh token came again').waitFor();
    await card.locator('.ending .link').click();
    await page.locator('tr.wanted').getByText('POST /oauth/token').waitFor();
  });

  test('shows who consented, and revokes', async () => {
    await login();
    await show('Consents');
    await page.getByRole('button', { name: 'Revoke' }).first().click();
    await told('demands deletion');
    expect(await shown('command')).toMatch(/^revento sandbox do revoke con_\w+$/);
    await page
      .getByText(/^revoked \d{4}/)
      .first()
      .waitFor();
  });

  test('moves the clock: an hour, to the next retry, to the end of the refresh window', async () => {
    answers = 500;
    await login();
    await run('-p', 'sandbox', 'sandbox', 'do', 'apply');
    await show('Clock');
    await page.getByRole('button', { name: 'To the next retry' }).click();
    await told(/shows 20/);
    const sent = target.got.length;
    await page.getByRole('button', { name: '+ 1 h', exact: true }).click();
    await expect.poll(() => shown('command')).toBe('revento sandbox clock advance 1h');
    await expect.poll(() => target.got.length).toBeGreaterThan(sent);
    await page.getByRole('button', { name: 'Hold' }).click();
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('button', { name: 'To the end of the refresh window' }).click();
    await show('Tokens');
    await page.locator('.login').first().getByText('expired', { exact: true }).first().waitFor();
  });

  test('switches faults on and off, and counts their hits', async () => {
    await show('Faults');
    const row = page.locator('.fault-group li').filter({ hasText: 'api:503' });
    await row.getByRole('switch').click();
    await row.getByText('0 hits').waitFor();
    const { access } = await login();
    await fetch(`${base()}/api/v1/events/evt_test_published`, { headers: { Authorization: `Bearer ${access}` } });
    await row.getByText('1 hit', { exact: true }).waitFor();
    await row.getByRole('switch').click();
    await told('api:503 is off.');
    expect(await shown('command')).toBe('revento sandbox fault --remove api:503');
    await page.getByLabel('Any fault').fill('api:teapot');
    await page.getByRole('button', { name: 'Inject' }).click();
    await page.locator('.outcome.bad').waitFor();
    complaints.length = 0;
    await page.getByLabel('Any fault').fill('api:500x3');
    await page.getByRole('button', { name: 'Inject' }).click();
    await page.getByText('0 hits, 3 left').waitFor();
    await page.getByRole('button', { name: 'Clear all' }).click();
    await page.getByText('None is active.').waitFor();
  });

  test('counts down to a retry, shows dead ones, and sends again; rotates and finishes', async () => {
    answers = 500;
    await run('-p', 'sandbox', 'sandbox', 'do', 'apply');
    await show('Deliveries');
    const row = page.locator('tr[data-id]').first();
    await row.getByText(/^in \d+ s$/).waitFor();
    await run('-p', 'sandbox', 'sandbox', 'clock', 'advance', '3d');
    await row.getByText('dead').waitFor();
    answers = 200;
    await row.getByRole('button', { name: 'Redeliver' }).click();
    await row.getByText('delivered', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Rotate the secret' }).click();
    await told('Rotation started');
    expect(await page.content()).not.toMatch(/whsec_\w{8}/);
    await page.getByRole('button', { name: 'Finish the rotation' }).click();
    await told('Rotation finished');
    await page.getByRole('button', { name: 'Finish the rotation' }).click();
    await told('No rotation is in progress.');
  });

  test('shows requests as they come, with gauges of their budgets', async () => {
    await show('Requests');
    const { access } = await login();
    await fetch(`${base()}/api/v1/events/evt_test_published`, { headers: { Authorization: `Bearer ${access}` } });
    await page.locator('.requests').getByText('GET /api/v1/events/evt_test_published').first().waitFor();
    const budget = page.locator('.budget').first();
    await budget.getByText('1 of 30').waitFor();
    await budget.getByText('1 of 500').waitFor();
    await budget.getByText('0 of 5', { exact: true }).waitFor();
  });

  test('plays a scenario step by step, and shows what was expected', async () => {
    await show('Scenarios');
    await page.getByRole('navigation').getByRole('button').nth(1).click();
    await page.getByRole('button', { name: 'Step' }).click();
    await page.locator('.steps li').first().getByText('✓ passed').waitFor();
    await page.getByRole('button', { name: 'Run' }).click();
    await told(/^(Every step passed\.|\d+ of \d+ steps did not pass\.)$/);
    expect(await page.locator('.steps .badge').count()).toBe(await page.locator('.steps li').count());
    expect(await shown('command')).toMatch(/^revento sandbox run [\w-]+$/);
  });

  test('lists findings of the audit, and leads to their requests', async () => {
    const before = await login();
    await before.refresh();
    await before.refresh();
    await show('Audit');
    const finding = page.locator('.finding.bad').first();
    await finding.locator('.breach .link').first().click();
    await page.locator('tr.wanted').waitFor();
  });
});

const base = () => address.split('/console')[0] ?? '';

/** A login by hand, of which the same refresh token can be sent twice. */
async function login() {
  const env = JSON.parse((await run('sandbox', 'env', '--format', 'json')).stdout);
  const headers = { Authorization: `Bearer ${env['REVENTO_SANDBOX_KEY']}`, 'Content-Type': 'application/json' };
  const answer = await fetch(`${base()}/_sandbox/v1/login`, { method: 'POST', headers, body: '{}' });
  const tokens = (await answer.json()) as { readonly access_token: string; readonly refresh_token: string };
  const refresh = () =>
    fetch(`${base()}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        refresh_token: tokens.refresh_token,
        client_id: env['REVENTO_CLIENT_ID'],
        client_secret: env['REVENTO_CLIENT_SECRET'],
      }),
    });
  return { access: tokens.access_token, refresh };
}

describe(withReason('the page as a whole', reason), () => {
  test.each(['light', 'dark'] as const)('has no fault that axe finds, in %s', async (colorScheme) => {
    const other = await open({ colorScheme });
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
    const other = await open({ width });
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
    const context = await browser.newContext();
    const stranger = await context.newPage();
    await stranger.goto(`${base()}/console`);
    await stranger.getByText('This page is closed').waitFor();
    await context.close();
    const plain = await browser.newContext({ javaScriptEnabled: false });
    const reader = await plain.newPage();
    await reader.goto(address);
    expect(await reader.locator('main.plain').textContent()).toContain('revento sandbox log --follow');
    await plain.close();
  });

  test('a page of another origin reads nothing and changes nothing', async () => {
    const key = address.split('#key=')[1] ?? '';
    const script = `(async () => {
      const tries = [];
      const attempt = async (name, work) => tries.push(name + ': ' + await work().catch(() => 'refused'));
      const headers = { Authorization: 'Bearer ${key}' };
      const body = '{"operation":"do","params":{"action":"suspend"}}';
      await attempt('read', async () => (await fetch('${base()}/console/facts', { headers })).status);
      await attempt('read blindly', async () => (await fetch('${base()}/console/facts', { mode: 'no-cors' })).type);
      await attempt('load the script', () => new Promise((resolve, reject) => {
        const one = document.createElement('script');
        one.src = '${base()}/console/page.js'; one.onload = () => resolve('loaded'); one.onerror = reject;
        document.head.append(one);
      }));
      await attempt('stream', () => new Promise((resolve, reject) => {
        const one = new EventSource('${base()}/console/events');
        one.onopen = () => resolve('open'); one.onerror = () => { one.close(); reject(); };
      }));
      await attempt('act', async () => (await fetch('${base()}/console/ask', {
        method: 'POST', headers: { ...headers, 'Content-Type': 'application/json' }, body })).status);
      await attempt('act without asking first', async () => (await fetch('${base()}/console/ask', {
        method: 'POST', body, mode: 'no-cors' })).type);
      await attempt('frame', () => new Promise((resolve, reject) => {
        const one = document.createElement('iframe');
        one.src = '${base()}/console'; one.onload = () => setTimeout(() => {
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
    const context = await browser.newContext();
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
});
