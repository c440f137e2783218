import { type Browser, chromium } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { lackOfBrowser } from '../../support/pages/deliveries-page.ts';
import { chromiumPath, withReason } from '../../support/program/needs.ts';
import { ProgramRig } from '../../support/program/program-rig.ts';
import { closeHandlers, handler } from '../../support/webhook/handler.ts';

let browser: Browser;
const rig = new ProgramRig();
const test = it.skipIf(lackOfBrowser !== null);

beforeAll(async () => {
  if (lackOfBrowser === null) {
    browser = await chromium.launch({ executablePath: chromiumPath, args: ['--headless', '--no-sandbox'] });
  }
});
afterEach(closeHandlers);
afterAll(async () => {
  await browser?.close();
  await rig.close();
});

describe(withReason('the page beside a running sandbox', lackOfBrowser), () => {
  test('shows what the sandbox sent, and when it tries again, by a key that stays in the process', async () => {
    await rig.sandbox(['--retry-scale', '100']);
    const target = await handler(() => ({ status: 503 }));
    const args = ['-p', 'sandbox', 'webhook', 'listen', '--port', '0', '--ui-port', '0', '-o', 'ndjson'];
    const running = rig.start([...args, '--forward', target.url]);
    const [, address = ''] = await running.until('stderr', /^page: (\S+)$/m);
    await running.until('stdout', /"type":"ready"/);
    const page = await browser.newPage();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(address);
    await page.getByText('live', { exact: true }).waitFor();
    await rig.run(['-p', 'sandbox', 'sandbox', 'trigger', 'application.approved']);
    await page.locator('#deliveries tbody tr').first().click();
    await page.getByRole('tab', { name: 'Timeline' }).click();
    await page.getByText('What the sandbox sent').waitFor();
    await page.getByText(/1 attempt; 1 arrived here.*The next one is due at/).waitFor();
    await page.getByRole('rowheader', { name: /^Attempt 1, / }).waitFor();
    const origin = new URL(address).origin;
    expect(asked.filter((url) => new URL(url).origin !== origin)).toEqual([]);
  });
});
