import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { aDelivery, type DeliveryOptions, newSecret } from './delivery.ts';
import { closeHandlers, type Handler, handler } from './handler.ts';
import { chromiumPath, lackOfChromium } from './needs.ts';
import { ProgramRig } from './program-rig.ts';
import { rawExchange } from './raw-http.ts';

/** Why the page cannot be tested here; null where it can. */
export const reason = lackOfChromium();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];

export const secret = newSecret();
export let browser: Browser;
export let rig: ProgramRig;
export let target: Handler;
export let page: Page;
let complaints: string[];
export let address: string;
export let listener: number;

/** Opens the page of a fresh listener, which forwards to a handler, for each test of the file. */
export function useDeliveriesPage(): void {
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
}

export const open = async (options: {
  readonly colorScheme?: 'light' | 'dark';
  readonly width?: number;
}): Promise<Page> => {
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

export const send = (options: Partial<DeliveryOptions> = {}) =>
  rawExchange(listener, { pieces: [aDelivery({ secret, ...options }).wire] });

export const rows = () => page.locator('#deliveries tbody tr:not(.space)');

export const violations = async (on: Page) => {
  // The page forbids foreign script, so this one comes by way of the debugger.
  await on.evaluate(axe);
  return on.evaluate<string[]>(`axe.run().then(({ violations }) => violations.map(({ id, nodes }) =>
    id + ': ' + nodes.map(({ html }) => html.slice(0, 120)).join(' | ')))`);
};

/** A test that needs Chromium. */
export const test = it.skipIf(reason !== null);
