import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../support/http/free-port.ts';
import { chromiumPath, lackOfChromium } from '../support/program/needs.ts';
import { ProgramRig } from '../support/program/program-rig.ts';
import type { Running } from '../support/program/running.ts';

/** Debian's package; the browser test is part of the promise, so a missing browser is a failure and not a skip. */
const executablePath = chromiumPath;
const reason = lackOfChromium();

const args = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

let browser: Browser;
let rig: ProgramRig;
let page: Page;
/** Whatever a page tried to run or load and was kept from, and dialogs. */
let violations: string[];

beforeAll(async () => {
  if (reason !== null) return;
  browser = await chromium.launch({ executablePath, args });
});
afterAll(() => browser?.close());

beforeEach(async () => {
  rig = new ProgramRig();
  violations = [];
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  page = await context.newPage();
  page.on('dialog', (dialog) => {
    violations.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('console', (message) => {
    if (/Content Security Policy|Refused to/.test(message.text())) violations.push(message.text());
  });
  page.on('pageerror', (error) => violations.push(String(error)));
});
afterEach(async () => {
  await page.context().close();
  await rig.close();
});

interface Login {
  readonly running: Running;
  readonly url: string;
  readonly redirectUri: string;
}

/** A sandbox and, beside it, a login that waits for its browser. */
async function begin(loginFlags: readonly string[] = []): Promise<Login> {
  const redirectUri = `http://localhost:${await freePort()}/callback`;
  await rig.sandbox(['--redirect-uri', redirectUri]);
  const flags = ['--no-browser', '--redirect-uri', redirectUri, '--json', ...loginFlags];
  const running = rig.start(['-p', 'sandbox', 'login', ...flags]);
  const [, url = ''] = await running.until('stderr', /^ {2}(http:\/\/\S+)$/m);
  return { running, url, redirectUri };
}

/** Keeps pictures for a reviewer when a folder is named; the tests do not depend on them. */
async function picture(name: string): Promise<void> {
  const folder = process.env['REVENTO_TEST_PICTURES'];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  for (const width of [1280, 375]) {
    await page.setViewportSize({ width, height: 800 });
    await page.screenshot({ path: join(folder, `${name}-${width}.png`) });
  }
  await page.setViewportSize({ width: 1280, height: 800 });
}

const heading = () => page.getByRole('heading', { level: 1 }).textContent();

describe.skipIf(reason !== null)('a person with a browser', () => {
  it('allows, reads that the login succeeded, and the terminal agrees', async () => {
    const { running, url } = await begin();
    await page.goto(url);
    await picture('consent');
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.waitForURL(/\/callback\?/);
    expect(await heading()).toBe('Signed in');
    await picture('signed-in');
    const { code, stdout } = await running.ended;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      event_id: 'evt_test_published',
      scope: ['event.read', 'participants.read', 'program.read'],
    });
    expect(violations).toEqual([]);
  });

  it('reads neither code nor state nor token on the page', async () => {
    const { running, url } = await begin();
    await page.goto(url);
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.waitForURL(/\/callback\?/);
    const sent = new URL(page.url()).searchParams;
    const content = await page.content();
    expect(content).not.toContain(sent.get('code'));
    expect(content).not.toContain(sent.get('state'));
    expect(content).not.toMatch(/rev_(install|user|refresh)_/);
    await running.ended;
  });

  it('denies, reads that consent was declined, and the terminal ends with 4', async () => {
    const { running, url } = await begin();
    await page.goto(url);
    await page.getByRole('button', { name: 'Deny' }).click();
    await page.waitForURL(/\/callback\?/);
    expect(await heading()).toBe('Consent declined');
    await picture('declined');
    const { code, stdout, stderr } = await running.ended;
    expect(code).toBe(4);
    expect(stdout).toBe('');
    expect(stderr).toContain('"access_denied"');
  });

  it('unticks an optional scope and finds it missing on the page and in the result', async () => {
    const { running, url } = await begin();
    await page.goto(url);
    await page.getByRole('checkbox', { name: /program/i }).uncheck();
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.waitForURL(/\/callback\?/);
    expect(await page.getByRole('main').textContent()).toMatch(/Not granted\s*program\.read/);
    const { code, stdout, stderr } = await running.ended;
    expect(code).toBe(0);
    expect(JSON.parse(stdout).scope).toEqual(['event.read', 'participants.read']);
    expect(stderr).toContain('program.read was not granted');
  });

  it('signs in as a participant', async () => {
    const { running, url } = await begin(['--user']);
    await rig.run(['sandbox', 'do', 'connect']);
    await page.goto(url);
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.waitForURL(/\/callback\?/);
    expect(await page.getByRole('main').textContent()).toMatch(/Signed in as\s*participant/);
    expect(JSON.parse((await running.ended).stdout)).toMatchObject({ kind: 'user' });
  });

  it('can do it all with the keyboard', async () => {
    const { running, url } = await begin();
    await page.goto(url);
    const isOnAllow = () => page.evaluate<boolean>("document.activeElement?.textContent?.trim() === 'Allow'");
    for (let presses = 0; presses < 20 && !(await isOnAllow()); presses++) await page.keyboard.press('Tab');
    expect(await isOnAllow()).toBe(true);
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/callback\?/);
    expect(await heading()).toBe('Signed in');
    expect((await running.ended).code).toBe(0);
  });
});

describe.skipIf(reason !== null)('the result page', () => {
  it('shows an error_description with markup as text, and runs and loads nothing of it', async () => {
    const { running, url, redirectUri } = await begin();
    const state = new URL(url).searchParams.get('state') ?? '';
    const markup = `<img src=x onerror="document.title='run'"><script>alert(1)</script></style><a href="//evil.test">x</a>`;
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    const query = new URLSearchParams({ error: 'server_error', error_description: markup, state });
    await page.goto(`${redirectUri}?${query}`);
    expect(await page.getByRole('blockquote').textContent()).toBe(markup);
    expect(await page.locator('img, script, a').count()).toBe(0);
    expect(await page.title()).toBe('Not signed in · revento');
    expect(requests.filter((request) => !request.startsWith(redirectUri) && !request.endsWith('/favicon.ico'))).toEqual(
      [],
    );
    expect(violations).toEqual([]);
    await picture('error');
    const { code, stderr } = await running.ended;
    expect(code).toBe(5);
    expect(stderr).toContain('server_error');
  });

  it('has its style in force under its own content security policy, in light and dark', async () => {
    const { running, url, redirectUri } = await begin();
    const ground = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    await page.emulateMedia({ colorScheme: 'light' });
    await page.goto(`${redirectUri}?code=x&state=wrong`);
    expect(await ground()).toBe('rgb(248, 250, 252)');
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await ground()).toBe('rgb(11, 16, 32)');
    expect(violations).toEqual([]);
    expect(running.isEnded).toBe(false);
    await page.goto(url);
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.waitForURL(/\/callback\?/);
    expect((await running.ended).code).toBe(0);
  });

  it.each([1280, 375])('needs no scrolling sideways at %i pixels', async (width) => {
    const { running, url } = await begin();
    await page.setViewportSize({ width, height: 800 });
    await page.goto(url);
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.waitForURL(/\/callback\?/);
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    await running.ended;
  });

  it('can be looked at again without a second exchange: the address is spent and the port closed', async () => {
    const { running, url } = await begin();
    await page.goto(url);
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.waitForURL(/\/callback\?/);
    expect((await running.ended).code).toBe(0);
    await expect(page.reload()).rejects.toThrow(/ERR_CONNECTION_REFUSED/);
  });
});
