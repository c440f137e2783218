import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { lackOfBrowser } from '../../support/pages/deliveries-page.ts';
import { chromiumPath, withReason } from '../../support/program/needs.ts';
import { consentingBrowser, ProgramRig } from '../../support/program/program-rig.ts';
import { closeHandlers, type Got, handler } from '../../support/webhook/handler.ts';

let browser: Browser;
let rig: ProgramRig;
const test = it.skipIf(lackOfBrowser !== null);

beforeAll(async () => {
  if (lackOfBrowser === null) {
    browser = await chromium.launch({ executablePath: chromiumPath, args: ['--headless', '--no-sandbox'] });
  }
});
beforeEach(() => {
  rig = new ProgramRig();
});
afterEach(async () => {
  await rig.close();
  await closeHandlers();
});
afterAll(() => browser?.close());

/** A listener of the profile with its page open; its port. */
async function openedPage(target: string): Promise<{ readonly page: Page; readonly port: string }> {
  const args = ['-p', 'sandbox', 'webhook', 'listen', '--port', '0', '--ui-port', '0', '-o', 'ndjson'];
  const running = rig.start([...args, '--forward', target]);
  const [, address = ''] = await running.until('stderr', /^page: (\S+)$/m);
  const [, port = ''] = await running.until('stdout', /"url":"http:\/\/localhost:(\d+)/);
  const page = await browser.newPage();
  await page.goto(address);
  await page.getByText('live', { exact: true }).waitFor();
  return { page, port };
}

describe(withReason('the page beside a running sandbox', lackOfBrowser), () => {
  test('shows what the sandbox sent, and when it tries again, by a key that stays in the process', async () => {
    await rig.sandbox(['--retry-scale', '100']);
    const { page } = await openedPage((await handler(() => ({ status: 503 }))).url);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await rig.run(['-p', 'sandbox', 'sandbox', 'trigger', 'application.approved']);
    await page.locator('#deliveries tbody tr').first().click();
    await page.getByRole('tab', { name: 'Timeline' }).click();
    await page.getByText('What the sandbox sent').waitFor();
    await page.getByText(/1 attempt; 1 arrived here.*The next one is due at/).waitFor();
    await page.getByRole('rowheader', { name: /^Attempt 1, / }).waitFor();
    await page.getByText(/✓ All \d+ bytes of the body arrived as the sandbox sent them\./).waitFor();
    const { origin } = new URL(page.url());
    expect(asked.filter((url) => new URL(url).origin !== origin)).toEqual([]);
  });

  test('takes a key for the console as soon as that is shown', async () => {
    await rig.sandbox();
    const { page } = await openedPage((await handler(() => ({}))).url);
    const change = page.getByRole('button', { name: 'Sandbox', exact: true });
    await change.press('Enter');
    await page.getByRole('heading', { name: 'Applications' }).waitFor();
    await change.press('Enter');
    await page.getByText('No deliveries yet.').waitFor();
    await change.press('Enter');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('audit');
    expect(await page.getByRole('combobox', { name: 'Command' }).inputValue()).toBe('audit');
  });

  test('finds the first byte that a proxy changed on the way', async () => {
    let listener = '';
    const sent: Buffer[] = [];
    const proxy = await handler(async ({ headers, body }: Got) => {
      sent.push(body);
      const changed = Buffer.from(body);
      changed.write('X', 37);
      const own = Object.entries(headers).filter(([name]) => name.startsWith('x-revento-'));
      const init = { method: 'POST', headers: Object.fromEntries(own.map(([name, [value = '']]) => [name, value])) };
      const { status } = await fetch(`http://127.0.0.1:${listener}/webhooks/revento`, { ...init, body: changed });
      return { status };
    });
    await rig.sandbox(['--webhook-url', proxy.url, '--retry-scale', '100']);
    const { page, port } = await openedPage((await handler()).url);
    listener = port;
    await rig.run(['-p', 'sandbox', 'sandbox', 'trigger', 'application.approved']);
    await page.locator('#deliveries tbody tr').first().click();
    await page.getByRole('tab', { name: 'Signature' }).click();
    const found = page.getByRole('region', { name: 'Bytes sent and received' });
    await found.getByText('byte 37 is the first that differs').waitFor();
    const original = sent[0]?.subarray(37, 38) ?? Buffer.of();
    expect(await found.locator('mark').allTextContents()).toEqual([original.toString('hex'), `${original}`, '58', 'X']);
    expect(await found.locator('pre').textContent()).toContain('arrived  00000020  ');
  });

  test('compares the subject with what the API says now, by a click and not before', async () => {
    await rig.sandbox();
    const { page } = await openedPage((await handler()).url);
    const posted: string[] = [];
    page.on('request', (request) => request.method() === 'POST' && posted.push(new URL(request.url()).pathname));
    await rig.run(['-p', 'sandbox', 'sandbox', 'trigger', 'application.approved']);
    await page.locator('#deliveries tbody tr').first().click();
    const compare = page.getByRole('button', { name: 'Compare with the API now' });
    await compare.waitFor();
    const text = (await page.locator('.json').textContent()) ?? '';
    const [, participant = ''] = /"participant_id": "(ptp_\w+)"/.exec(text) ?? [];
    expect(posted).toEqual([]);
    await compare.click();
    const subject = page.getByRole('region', { name: 'The subject in the API now' });
    await subject.getByText('Profile "sandbox" has no login.').waitFor();
    await subject.getByText('Run: revento -p sandbox login --event evt_test_published').waitFor();

    await rig.run(['-p', 'sandbox', 'login'], { env: { BROWSER: consentingBrowser() } });
    await compare.click();
    await subject.getByText('No shared member has changed since the delivery.').waitFor();
    await rig.run(['-p', 'sandbox', 'sandbox', 'do', 'cancel', participant]);
    await compare.click();
    const row = subject.getByRole('row', { name: /application_status/ });
    await row.waitFor();
    expect(await row.getByRole('cell').allTextContents()).toEqual(['"approved"', '"cancelled"']);
    const { stdout: token } = await rig.run(['-p', 'sandbox', 'token']);
    expect(await page.content()).not.toContain(token.trim());
  });
});
