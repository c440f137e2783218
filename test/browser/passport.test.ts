import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { passport } from '../../src/checks/passport.ts';
import { violations } from '../support/pages/deliveries-page.ts';
import { chromiumPath, lackOfChromium, withReason } from '../support/program/needs.ts';
import { aReport } from '../support/webhook/check-report.ts';

const reason = lackOfChromium();
const test = it.skipIf(reason !== null);
const home = mkdtempSync(join(tmpdir(), 'revento-passport-'));
const file = join(home, 'passport.html');
let browser: Browser;

beforeAll(async () => {
  writeFileSync(file, passport(aReport, [['date', '2026-11-29T14:00:00.000Z']]));
  if (reason === null) browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] });
});
afterAll(async () => {
  await browser?.close();
  rmSync(home, { recursive: true });
});

describe(withReason('the integration passport', reason), () => {
  test.each([
    ['light', 1000],
    ['dark', 1000],
    ['light', 320],
  ] as const)('is whole by itself and has no fault that axe finds, %s and %d wide', async (colorScheme, width) => {
    const page = await browser.newPage({ colorScheme, viewport: { width, height: 800 } });
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(pathToFileURL(file).href);
    const closed = page.locator('details:not([open]) > summary');
    while ((await closed.count()) > 0) await closed.first().click();
    expect(asked).toEqual([pathToFileURL(file).href]);
    expect(await page.locator('script').count()).toBe(0);
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(width);
    expect(await violations(page)).toEqual([]);
    await page.close();
  });

  test('says what is broken first, and shows it open, on paper too', async () => {
    const page = await browser.newPage();
    await page.goto(pathToFileURL(file).href);
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('h2').allInnerTexts()).toEqual(['Broken\n1', 'Warnings\n1', 'Held\n1', 'Not seen\n1']);
    expect(await page.getByText('do it').isVisible()).toBe(true);
    await page.close();
  });
});
