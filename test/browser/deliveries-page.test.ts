import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sign } from '../../src/webhook/signature.ts';
import { aDelivery, type DeliveryOptions, envelope, newSecret } from '../support/delivery.ts';
import { closeHandlers, type Handler, handler } from '../support/handler.ts';
import { chromiumPath, lackOfChromium, withReason } from '../support/needs.ts';
import { ProgramRig } from '../support/program-rig.ts';
import { rawExchange } from '../support/raw-http.ts';

const reason = lackOfChromium();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];

const secret = newSecret();
let browser: Browser;
let rig: ProgramRig;
let target: Handler;
let page: Page;
let complaints: string[];
let address: string;
let listener: number;

beforeAll(async () => {
  if (reason === null) browser = await chromium.launch({ executablePath: chromiumPath, args: flags });
});
afterAll(() => browser?.close());

beforeEach(async () => {
  rig = new ProgramRig();
  target = await handler(({ body }) =>
    body.includes('revision') ? { status: 500, headers: { 'X-Powered-By': 'Express' }, body: 'TypeError: x' } : {},
  );
  const args = ['webhook', 'listen', '--port', '0', '--ui-port', '0', '-o', 'ndjson', '--forward', target.url];
  const running = rig.start(args, { env: { REVENTO_WEBHOOK_SECRET: secret } });
  [, address = ''] = await running.until('stderr', /^page: (\S+)$/m);
  const [, port] = await running.until('stdout', /"url":"http:\/\/localhost:(\d+)/);
  listener = Number(port);
  complaints = [];
  page = await open({});
});
afterEach(async () => {
  await page.context().close();
  await rig.close();
  await closeHandlers();
  expect(complaints).toEqual([]);
});

const open = async (options: { readonly colorScheme?: 'light' | 'dark'; readonly width?: number }): Promise<Page> => {
  const { colorScheme = 'light', width = 1280 } = options;
  const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const opened = await context.newPage();
  opened.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  opened.on('pageerror', (error) => complaints.push(String(error)));
  await opened.goto(address);
  await opened.getByText('live', { exact: true }).waitFor();
  return opened;
};

const send = (options: Partial<DeliveryOptions> = {}) =>
  rawExchange(listener, { pieces: [aDelivery({ secret, ...options }).wire] });

const rows = () => page.locator('#deliveries tbody tr:not(.space)');

const violations = async (on: Page) => {
  // The page forbids foreign script, so this one comes by way of the debugger.
  await on.evaluate(axe);
  return on.evaluate<string[]>(`axe.run().then(({ violations }) => violations.map(({ id, nodes }) =>
    id + ': ' + nodes.map(({ html }) => html.slice(0, 120)).join(' | ')))`);
};

const test = it.skipIf(reason !== null);

describe(withReason('the page of deliveries', reason), () => {
  test('shows a delivery when it comes, and everything about it', async () => {
    await send({ body: envelope('application.approved', { id: 'app_1', participant_id: 'ptp_7', note: '<b>&' }) });
    await rows().first().click();
    await page.getByRole('heading', { level: 2, name: 'application.approved' }).waitFor();
    await page.getByText('"<b>&"').waitFor();
    await page.keyboard.press('2');
    await page.getByText('Verified with webhook_secret').waitFor();
    await page.keyboard.press('3');
    await page.getByRole('rowheader', { name: 'x-revento-signature' }).waitFor();
    await page.keyboard.press('4');
    await page.getByText('The sender was answered 200.').waitFor();
    await page.keyboard.press('5');
    await page.getByText('received and verified').waitFor();
  });

  test('shows the exact bytes that were signed', async () => {
    const body = `${envelope()}\n`;
    await send({ body });
    await rows().first().click();
    await page.getByText('Raw', { exact: true }).click();
    const raw = await page.locator('pre.raw').textContent();
    expect(raw?.replace(/^\d+\./, '')).toBe(body);
    await page.getByText('Hex', { exact: true }).click();
    expect(await page.locator('pre.hex').textContent()).toMatch(/ 0a +.*\.\n$/);
  });

  test('explains a body that was rewritten on the way', async () => {
    const body = envelope();
    await send({ body, signedBody: JSON.stringify(JSON.parse(body), null, 2) });
    await rows().first().click();
    await page.getByRole('tab', { name: 'Signature' }).click();
    await page.getByText('the same JSON pretty-printed (2 spaces): matches').waitFor();
    await page.getByText('a fresh signature would make a forged delivery genuine').waitFor();
    expect(await page.getByRole('button', { name: 'Replay, signed again' }).count()).toBe(0);
  });

  test("shows a failing handler's words, the line for its framework, and folds attempts", async () => {
    const deliveryId = crypto.randomUUID();
    const body = envelope('application.revision_requested', { id: 'app_2' });
    await send({ body, deliveryId, type: 'application.revision_requested' });
    await send({ body, deliveryId, type: 'application.revision_requested' });
    await page.getByText('2 attempts').waitFor();
    expect(await rows().count()).toBe(1);
    await rows().first().click();
    await page.getByRole('tab', { name: 'Answer' }).click();
    await page.getByText('TypeError: x').waitFor();
    await page.getByRole('tab', { name: 'Signature' }).click();
    await page.getByText('Express (yours)').waitFor();
    await page.keyboard.press('[');
    await page.getByText('attempt 1 of 2').waitFor();
  });

  test('replays to the handler with a fresh signature and the same bytes', async () => {
    const body = envelope();
    await send({ body });
    await rows().first().click();
    await page.getByRole('button', { name: 'Replay, signed again' }).click();
    await page.getByText('The handler answered 200.').waitFor();
    await page.getByText(/Sent at .*, signed again/).waitFor();
    expect(target.got.map((got) => got.body.toString())).toEqual([body, body]);
  });

  test('edits a body: bytes stay until touched, then it is signed for what it holds', async () => {
    const body = envelope().replace('{', '{\r\n ');
    await send({ body });
    await rows().first().click();
    await page.keyboard.press('e');
    const editor = page.locator('.cm-content');
    await editor.waitFor();
    await page.getByText('Untouched: the bytes that came are sent.').waitFor();
    await page.getByRole('button', { name: /^Send/ }).click();
    await page.getByText(/^Sent at .*, signed again$/).waitFor();
    await editor.click();
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.type('"added":1,');
    await page.getByText(/^Changed: \d+ bytes instead of \d+\.$/).waitFor();
    await page.keyboard.press('Control+Enter');
    await page.getByText(/^Sent at .*, changed body, signed again$/).waitFor();
    const changed = body.replace('{', '{"added":1,');
    expect(target.got.map((got) => got.body.toString())).toEqual([body, body, changed]);
    const [, , last] = target.got;
    const timestamp = last?.headers['x-revento-timestamp']?.[0] ?? '';
    expect(last?.headers['x-revento-signature']).toEqual([sign(secret, timestamp, Buffer.from(changed))]);
  });

  test('names what Revento would not send, and keeps the draft', async () => {
    await send();
    await rows().first().click();
    await page.getByRole('button', { name: 'Edit…' }).click();
    await page.locator('.cm-content').click();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('{"type":"application.approved"}');
    await page.getByText('occurred_at is missing.').waitFor();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('{{');
    await page.getByRole('list', { name: 'Problems of the body' }).getByText('JSON').waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('button', { name: 'Edit…' }).click();
    await page.locator('.cm-content').getByText('{{').waitFor();
    await page.getByRole('button', { name: 'Restore' }).click();
    await page.getByText('Untouched').waitFor();
  });

  test('sends a fault, many times at once, and says whether the handler did the right thing', async () => {
    await send();
    await rows().first().click();
    await page.keyboard.press('e');
    await page.getByLabel('Fault').selectOption('stale');
    await page.getByLabel('Times').fill('3');
    await page.getByLabel('All at once').check();
    await page.getByRole('button', { name: /^Send/ }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('3 answers: 3 × 200; a handler without bugs answers 401.').waitFor();
    expect(target.got).toHaveLength(4);
  });

  test('checks the handler: a matrix of cases with the remedy of what failed', async () => {
    await page.getByRole('button', { name: 'Check handler' }).click();
    await page.getByRole('button', { name: 'Run the check' }).click();
    await page.getByText('Cause: the handler does not verify signatures').waitFor();
    const failed = page.getByRole('row', { name: /wrong-secret.*failed/ });
    await failed.waitFor();
    await page.getByRole('definition').filter({ hasText: 'HMAC' }).first().waitFor();
    const passed = page.getByRole('button', { name: /valid-compact/ });
    expect(await passed.getAttribute('aria-expanded')).toBe('false');
    await passed.click();
    await page.getByRole('definition').filter({ hasText: '2xx' }).first().waitFor();
  });

  test('filters, survives a reload, pauses, clears and brings back', async () => {
    await send();
    await send({ type: 'activity.updated', body: envelope('activity.updated') });
    await page.locator('#filter').fill('type:activity.*');
    await page.getByText('1 of 2').waitFor();
    await page.reload();
    await page.getByText('1 of 2').waitFor();
    await page.locator('#filter').fill('status:nine');
    await page.getByText('status: takes a status such as 503').waitFor();
    await page.locator('#filter').fill('');
    await page.getByRole('button', { name: 'Pause' }).click();
    await send();
    await page.getByRole('button', { name: 'Resume (1 new)' }).click();
    await page.getByText('3 deliveries').waitFor();
    await page.getByRole('button', { name: 'Clear', exact: true }).click();
    await page.getByText('No deliveries yet.').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('3 deliveries').waitFor();
  });

  test('copies a curl command with the bytes as they came', async () => {
    const body = envelope();
    await send({ body });
    await rows().first().click();
    await page.getByText('Copy', { exact: true }).click();
    await page.getByRole('button', { name: 'curl command' }).click();
    await page.getByText('Copied: curl command.').waitFor();
    const copied = await page.evaluate<string>('navigator.clipboard.readText()');
    expect(copied).toContain(body);
    expect(copied).toContain('--data-binary @-');
  });

  test('can be used by keyboard alone', async () => {
    await send();
    await send({ type: 'application.revision_requested', body: envelope('application.revision_requested') });
    await rows().nth(1).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.getByRole('heading', { level: 2, name: 'application.approved' }).waitFor();
    await page.keyboard.press('n');
    await page.getByRole('heading', { level: 2, name: 'application.revision_requested' }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('jk2');
    expect(await page.locator('#filter').inputValue()).toBe('jk2');
    await page.keyboard.press('Escape');
    expect(await page.evaluate('document.activeElement.id')).toBe('deliveries');
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('next delivery that failed').waitFor();
    await page.keyboard.press('Escape');
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  test.each(['light', 'dark'] as const)('has no fault that axe finds, in %s', async (colorScheme) => {
    await send();
    const body = envelope();
    await send({ body, signedBody: `${body} ` });
    const other = await open({ colorScheme });
    await other.locator('#deliveries tbody tr').nth(1).waitFor();
    const found = await violations(other);
    await other.locator('#deliveries tbody tr').first().click();
    for (const tab of ['1', '2', '3', '4', '5']) {
      await other.keyboard.press(tab);
      await other.locator('#panel').waitFor();
      found.push(...(await violations(other)).map((one) => `tab ${tab}: ${one}`));
    }
    await other.keyboard.press('?');
    found.push(...(await violations(other)).map((one) => `help: ${one}`));
    await other.context().close();
    expect(found).toEqual([]);
  });

  test.each([320, 900])('fits into %i px', async (width) => {
    await send();
    const other = await open({ width });
    await other.locator('#deliveries tbody tr').first().click();
    for (const tab of ['1', '2', '4', '5']) {
      await other.keyboard.press(tab);
      const [needed, has] = await other.evaluate<[number, number]>(
        '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
      );
      expect(needed).toBeLessThanOrEqual(has);
    }
    await other.context().close();
  });

  test('without its key shows how to open it, and no data', async () => {
    const context = await browser.newContext();
    const stranger = await context.newPage();
    await stranger.goto(address.split('#')[0] ?? '');
    await stranger.getByText('This page is closed').waitFor();
    await context.close();
  });

  test('a page of another origin reads nothing and sends nothing', async () => {
    await send();
    await rows().first().waitFor();
    const [base = '', key = ''] = address.split('#key=');
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
      await attempt('post', async () => (await fetch('${base}deliveries/1/send', {
        method: 'POST', headers: { ...headers, 'Content-Type': 'application/json' }, body: '{"target":0,"resign":true}' })).status);
      return tries;
    })()`;
    const foreign: Server = createServer((_request, reply) =>
      reply.setHeader('Content-Type', 'text/html').end('<h1>x</h1>'),
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
    expect(target.got).toHaveLength(1);
  });

  test('opens a recording without a listener, and replays from it', async () => {
    const body = envelope();
    const file = `${rig.home}/deliveries.ndjson`;
    await send({ body });
    await rows().first().click();
    await page.getByText('Copy', { exact: true }).click();
    await page.getByRole('button', { name: 'NDJSON line' }).click();
    await page.getByText('Copied: NDJSON line.').waitFor();
    writeFileSync(file, `${await page.evaluate<string>('navigator.clipboard.readText()')}\n`);
    const env = { REVENTO_WEBHOOK_SECRET: secret };
    const running = rig.start(['inspect', file, '--to', target.url, '--ui-port', '0'], { env });
    const [, opened = ''] = await running.until('stderr', /^page: (\S+)$/m);
    await page.goto(opened);
    await page.getByText('recording', { exact: true }).waitFor();
    await rows().first().click();
    await page.getByRole('button', { name: 'Replay, signed again' }).click();
    await page.getByText('The handler answered 200.').waitFor();
    expect(target.got.map((got) => got.body.toString())).toEqual([body, body]);
    running.kill('SIGINT');
    expect((await running.ended).code).toBe(130);
  });

  test('loses none of a burst while it is open', async () => {
    // Fewer at once than the listener takes connections: one more may be dropped.
    for (let sent = 0; sent < 300; sent += 50) await Promise.all(Array.from({ length: 50 }, () => send()));
    await page.getByText('300 deliveries').waitFor();
    expect(await rows().count()).toBeLessThan(60);
  });
});
