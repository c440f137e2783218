import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { type RawAnswer, rawExchange } from '../http/raw-http.ts';
import { chromiumPath, lackOfChromium } from '../program/needs.ts';
import { ProgramRig } from '../program/program-rig.ts';
import type { Running } from '../program/running.ts';
import { aDelivery, type DeliveryOptions, newSecret } from '../webhook/delivery.ts';
import { closeHandlers, type Got, type Handler, handler, type Reply } from '../webhook/handler.ts';

/** Why no browser test can run here, or null. */
export const lackOfBrowser = lackOfChromium();

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];

/** A listener with its page open in Chromium, and a handler that it forwards to. New for each test. */
export interface DeliveriesPage {
  readonly secret: string;
  readonly browser: Browser;
  readonly rig: ProgramRig;
  readonly running: Running;
  readonly target: Handler;
  readonly page: Page;
  /** With the key. */
  readonly address: string;
  /** Port of the listener. */
  readonly listener: number;
  /** Opens the page once more. */
  open(options?: BrowserContextOptions): Promise<Page>;
  send(options?: Partial<DeliveryOptions>): Promise<RawAnswer>;
  rows(): Locator;
  /** Complaints of the browser that a test provoked. */
  forgive(form: RegExp): void;
}

const failing = ({ body }: Got): Reply =>
  body.includes('revision') ? { status: 500, headers: { 'X-Powered-By': 'Express' }, body: 'TypeError: x' } : {};

/**
 * Registers the set-up of such a page for every test of a file. What the browser complains of fails the test.
 *
 * @param reply  of the handler; left out, what asks for a revision fails
 */
export function useDeliveriesPage(reply = failing): DeliveriesPage {
  const secret = newSecret();
  let complaints: string[] = [];
  let browser: Browser;
  let current: Omit<DeliveriesPage, 'secret' | 'browser' | 'open' | 'send' | 'rows' | 'forgive'>;

  const open = async (options: BrowserContextOptions = {}): Promise<Page> => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const opened = await context.newPage();
    opened.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    opened.on('pageerror', (error) => complaints.push(String(error)));
    await opened.goto(current.address);
    await opened.getByText('live', { exact: true }).waitFor();
    return opened;
  };

  beforeAll(async () => {
    if (lackOfBrowser === null) browser = await chromium.launch({ executablePath: chromiumPath, args: flags });
  });
  afterAll(() => browser?.close());

  beforeEach(async () => {
    const rig = new ProgramRig();
    const target = await handler(reply);
    const args = ['webhook', 'listen', '--port', '0', '--ui-port', '0', '-o', 'ndjson', '--forward', target.url];
    const running = rig.start(args, { env: { REVENTO_WEBHOOK_SECRET: secret } });
    const [, address = ''] = await running.until('stderr', /^page: (\S+)$/m);
    const [, port] = await running.until('stdout', /"url":"http:\/\/localhost:(\d+)/);
    complaints = [];
    current = { rig, running, target, address, listener: Number(port), page: undefined as unknown as Page };
    current = { ...current, page: await open() };
  });
  afterEach(async () => {
    // First the pages: they would complain of a server that is gone.
    await Promise.all(browser?.contexts().map((context) => context.close()) ?? []);
    await current.rig.close();
    await closeHandlers();
    expect(complaints).toEqual([]);
  });

  const send = (options: Partial<DeliveryOptions> = {}) =>
    rawExchange(current.listener, { pieces: [aDelivery({ secret, ...options }).wire] });
  return {
    secret,
    open,
    send,
    get browser() {
      return browser;
    },
    get rig() {
      return current.rig;
    },
    get running() {
      return current.running;
    },
    get target() {
      return current.target;
    },
    get page() {
      return current.page;
    },
    get address() {
      return current.address;
    },
    get listener() {
      return current.listener;
    },
    forgive: (form) => {
      complaints = complaints.filter((text) => !form.test(text));
    },
    rows: () => current.page.locator('#deliveries tbody tr:not(.space)'),
  };
}

/**
 * What axe finds wrong with a page. The page forbids foreign script, so this one comes by way of the debugger. It stops
 * when something is redrawn meanwhile, such as an age; then it looks again.
 */
export async function violations(on: Page): Promise<string[]> {
  await on.evaluate(axe);
  const look = () =>
    on.evaluate<string[] | null>(`axe.run().then(({ violations }) => violations.map(({ id, nodes }) =>
      id + ': ' + nodes.map(({ html }) => html.slice(0, 120)).join(' | ')), () => null)`);
  for (let tries = 0; tries < 10; tries++) {
    const found = await look();
    if (found !== null) return found;
  }
  throw new Error('axe never got to its end');
}

/** What is in the clipboard. */
export function clipboard(page: Page): Promise<string> {
  return page.evaluate<string>('navigator.clipboard.readText()');
}
