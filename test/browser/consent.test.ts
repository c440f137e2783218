import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createServe } from '../../src/platform/http/server.ts';
import { systemClock } from '../../src/platform/process/clock.ts';
import { registerClients } from '../../src/sandbox/oauth/clients.ts';
import { createSandbox } from '../../src/sandbox/server/app.ts';
import { type Hosted, host } from '../../src/sandbox/server/host.ts';
import { chromiumPath, lackOfChromium } from '../support/program/needs.ts';
import { encode } from '../support/sandbox/client.ts';

const executablePath = chromiumPath;
const reason = lackOfChromium();
const flags = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

let browser: Browser;
let hosted: Hosted;
let page: Page;
let violations: string[];
/** An integration of two servers: the callback sends the browser on to a front end on another port. */
let servers: Server[];
let callback: string;
let url: (scope?: string) => string;

const listen = async (server: Server): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

beforeAll(async () => {
  if (reason !== null) return;
  browser = await chromium.launch({ executablePath, args: flags });
});
afterAll(() => browser?.close());

beforeEach(async () => {
  const frontEnd = createServer((_request, reply) =>
    reply.setHeader('Content-Type', 'text/html').end('<h1>Connected</h1>'),
  );
  const home = await listen(frontEnd);
  const backEnd = createServer((_request, reply) => reply.writeHead(302, { Location: `${home}/done` }).end());
  callback = `${await listen(backEnd)}/callback`;
  servers = [frontEnd, backEnd];
  const clients = registerClients({ redirectUris: [callback] });
  const sandbox = createSandbox({ clock: systemClock, clients, controlKey: 'of a test' });
  // Without it, participants cannot sign in.
  await sandbox.control?.do('do', { action: 'connect' });
  hosted = await host(
    sandbox,
    createServe((error) => violations.push(String(error))),
    '127.0.0.1',
    0,
  );
  url = (scope = 'event.read participants.read program.read') =>
    `${hosted.authBase}/oauth/authorize?${encode({
      response_type: 'code',
      client_id: sandbox.clients[0]?.id ?? '',
      redirect_uri: callback,
      scope,
      event_id: sandbox.eventId,
      state: 's',
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
    })}`;
  violations = [];
  page = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage();
  page.on('console', (message) => {
    if (/Content Security Policy|Refused to/.test(message.text())) violations.push(message.text());
  });
});
afterEach(async () => {
  await page.context().close();
  await hosted.close();
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** The lowest contrast of any text on the page with what is painted behind it. */
const lowestContrast = () =>
  page.evaluate<{ ratio: number; text: string }>(`(() => {
    const parse = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number);
    const luminance = ([r, g, b]) => [r, g, b]
      .map((value) => value / 255)
      .map((value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
      .reduce((sum, value, i) => sum + value * [0.2126, 0.7152, 0.0722][i], 0);
    const ground = (element) => {
      for (let at = element; at; at = at.parentElement) {
        const color = parse(getComputedStyle(at).backgroundColor);
        if (color.length === 3 || color[3] > 0) return color;
      }
      return [255, 255, 255];
    };
    let lowest = { ratio: 99, text: '' };
    for (const element of document.querySelectorAll('body *')) {
      const text = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data).join('').trim();
      if (text === '') continue;
      const [a, b] = [luminance(parse(getComputedStyle(element).color)), luminance(ground(element))].sort((x, y) => y - x);
      const ratio = (a + 0.05) / (b + 0.05);
      if (ratio < lowest.ratio) lowest = { ratio, text };
    }
    return lowest;
  })()`);

describe.skipIf(reason !== null)('the consent page in Chromium', () => {
  it('leads to the callback and to its redirect target, on any port', async () => {
    await page.goto(url());
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.waitForURL(/\/done$/);
    expect(await page.getByRole('heading').textContent()).toBe('Connected');
    expect(violations).toEqual([]);
  });

  it('tells a screen reader what each box means and which cannot be changed', async () => {
    await page.goto(url());
    const group = page.getByRole('group', { name: 'What it may read' });
    const boxes = group.getByRole('checkbox');
    expect(await boxes.count()).toBe(3);
    expect(await group.getByRole('checkbox', { name: 'See the event required' }).isDisabled()).toBe(true);
    const participants = group.getByRole('checkbox', { name: /See participants and applications optional/ });
    expect(await participants.isChecked()).toBe(true);
    const described = await participants.getAttribute('aria-describedby');
    expect(await page.locator(`#${described}`).textContent()).toContain('application status');
  });

  it('lets a participant choose who signs in', async () => {
    await page.goto(url('profile.read event.attendance'));
    await page.getByLabel('Sign in as').selectOption({ index: 1 });
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.waitForURL(/\/done$/);
  });

  it.each([
    ['light', 1280],
    ['light', 375],
    ['dark', 1280],
    ['dark', 375],
  ] as const)(
    'is readable in %s at %i pixels: its style in force, contrast 4.5, no scrolling sideways',
    async (colorScheme, width) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      for (const address of [
        url(),
        url('profile.read event.attendance'),
        `${hosted.authBase}/`,
        `${hosted.authBase}/oauth/authorize`,
      ]) {
        await page.goto(address);
        expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
        const ground = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
        expect(ground).toBe(colorScheme === 'light' ? 'rgb(248, 250, 252)' : 'rgb(11, 16, 32)');
        const { ratio, text } = await lowestContrast();
        expect(ratio, text).toBeGreaterThanOrEqual(4.5);
      }
      expect(violations).toEqual([]);
    },
  );

  it('cannot be framed', async () => {
    const framing = createServer((_request, reply) =>
      reply.setHeader('Content-Type', 'text/html').end(`<iframe src="${url()}"></iframe>`),
    );
    servers.push(framing);
    await page.goto(await listen(framing));
    const frame = page.frames()[1];
    expect(await frame?.getByRole('button').count()).toBe(0);
  });

  it('is not answered by a form on another site', async () => {
    await page.goto(url());
    const transaction = await page.locator('input[name=transaction]').getAttribute('value');
    const evil = createServer((_request, reply) =>
      reply
        .setHeader('Content-Type', 'text/html')
        .end(
          `<form method="post" action="${hosted.authBase}/oauth/consent"><input name="transaction" value="${transaction}"><input name="decision" value="allow"><button>Win</button></form>`,
        ),
    );
    servers.push(evil);
    await page.goto((await listen(evil)).replace('127.0.0.1', 'localhost'));
    await page.getByRole('button').click();
    await page.waitForURL(/\/oauth\/consent$/);
    expect(await page.getByRole('heading').textContent()).toBe('Not sent by the consent page');
  });
});
