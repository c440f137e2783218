import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sign } from '../../../src/webhook/signature.ts';
import { lackOfBrowser, useDeliveriesPage } from '../../support/pages/deliveries-page.ts';
import { withReason } from '../../support/program/needs.ts';
import { envelope } from '../../support/webhook/delivery.ts';

const at = useDeliveriesPage();
const test = it.skipIf(lackOfBrowser !== null);

describe(withReason('what can be done with a delivery', lackOfBrowser), () => {
  test('replays to the handler with a fresh signature and the same bytes', async () => {
    const body = envelope();
    await at.send({ body });
    await at.rows().first().click();
    await at.page.getByRole('button', { name: 'Replay, signed again' }).click();
    await at.page.getByText('The handler answered 200.').waitFor();
    await at.page.getByText(/Sent at .*, signed again/).waitFor();
    expect(at.target.got.map((got) => got.body.toString())).toEqual([body, body]);
  });

  test('edits a body: bytes stay until touched, then it is signed for what it holds', async () => {
    const body = envelope().replace('{', '{\r\n ');
    await at.send({ body });
    await at.rows().first().click();
    await at.page.keyboard.press('e');
    const editor = at.page.locator('.cm-content');
    await editor.waitFor();
    await at.page.getByText('Unchanged: the original bytes are sent.').waitFor();
    await at.page.getByRole('button', { name: /^Send/ }).click();
    await at.page.getByText(/^Sent at .*, signed again$/).waitFor();
    await editor.click();
    await at.page.keyboard.press('Control+Home');
    await at.page.keyboard.press('ArrowRight');
    await at.page.keyboard.type('"added":1,');
    await at.page.getByText(/^Changed: \d+ bytes instead of \d+\.$/).waitFor();
    await at.page.keyboard.press('Control+Enter');
    await at.page.getByText(/^Sent at .*, changed body, signed again$/).waitFor();
    const changed = body.replace('{', '{"added":1,');
    expect(at.target.got.map((got) => got.body.toString())).toEqual([body, body, changed]);
    const [, , last] = at.target.got;
    const timestamp = last?.headers['x-revento-timestamp']?.[0] ?? '';
    expect(last?.headers['x-revento-signature']).toEqual([sign(at.secret, timestamp, Buffer.from(changed))]);
  });

  test('names what Revento would not send, and keeps the draft', async () => {
    await at.send();
    await at.rows().first().click();
    await at.page.getByRole('button', { name: 'Edit…' }).click();
    await at.page.locator('.cm-content').click();
    await at.page.keyboard.press('Control+A');
    await at.page.keyboard.type('{"type":"application.approved"}');
    await at.page.getByText('occurred_at is missing.').waitFor();
    await at.page.keyboard.press('Control+A');
    await at.page.keyboard.type('{{');
    await at.page.getByRole('list', { name: 'Problems of the body' }).getByText('JSON').waitFor();
    await at.page.getByRole('button', { name: 'Close' }).click();
    await at.page.getByRole('button', { name: 'Edit…' }).click();
    await at.page.locator('.cm-content').getByText('{{').waitFor();
    await at.page.getByRole('button', { name: 'Restore' }).click();
    await at.page.getByText('Unchanged: the original bytes').waitFor();
  });

  test('sends a fault, many times at once, and says whether the handler did the right thing', async () => {
    await at.send();
    await at.rows().first().click();
    await at.page.keyboard.press('e');
    await at.page.getByLabel('Fault').selectOption('stale');
    await at.page.getByLabel('Times').fill('3');
    await at.page.getByLabel('All at once').check();
    await at.page.getByRole('button', { name: /^Send/ }).click();
    const dialog = at.page.getByRole('dialog');
    await dialog.getByText('3 answers: 3 × 200; a correct handler answers 401.').waitFor();
    expect(at.target.got).toHaveLength(4);
  });

  test('keeps what is typed, and where, whatever arrives meanwhile and however fast it is left', async () => {
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    await at.page.route('**/editor.js', async (route) => {
      await released;
      await route.continue();
    });
    await at.send();
    await at.rows().first().click();
    await at.page.keyboard.press('e');
    const times = at.page.getByLabel('Times');
    await times.fill('');
    await times.pressSequentially('25');
    await at.send();
    await at.rows().nth(1).waitFor();
    expect(await times.inputValue()).toBe('25');
    release();
    await at.page.locator('.cm-content').waitFor();
    await times.press('Backspace');
    expect(await times.inputValue()).toBe('2');
    await times.press('Enter');
    await at.page.getByRole('dialog').getByText('2 answers: 2 × 200.').waitFor();
    expect(at.target.got).toHaveLength(4);
    // Typed and left before the page is drawn again, as on a busy machine.
    await times.evaluate((input: { value: string; dispatchEvent(event: Event): void }) => {
      input.value = '3';
      for (const name of ['input', 'change']) input.dispatchEvent(new Event(name, { bubbles: true }));
    });
    await at.page.getByRole('button', { name: /^Send/ }).click();
    await at.page.getByRole('dialog').getByText('3 answers: 3 × 200.').waitFor();
  });

  test('checks the handler: a matrix of cases with the remedy of what failed', async () => {
    await at.page.getByRole('button', { name: 'Check handler' }).click();
    await at.page.getByRole('button', { name: 'Run the check' }).click();
    await at.page.getByText('Cause: the handler does not verify signatures').waitFor();
    const failed = at.page.getByRole('row', { name: /wrong-secret.*failed/ });
    await failed.waitFor();
    await at.page.getByRole('definition').filter({ hasText: 'HMAC' }).first().waitFor();
    const passed = at.page.getByRole('button', { name: /valid-compact/ });
    expect(await passed.getAttribute('aria-expanded')).toBe('false');
    await passed.click();
    await at.page.getByRole('definition').filter({ hasText: '2xx' }).first().waitFor();
  });

  test('copies no test of a delivery that the server would not sign', async () => {
    await at.send();
    await at.rows().first().click();
    await at.page.route('**/deliveries/1', async (route) => {
      const view = (await (await route.fetch()).json()) as object;
      await route.fulfill({ json: { ...view, cannot_resign: 'It may be forged.' } });
    });
    await at.page.getByText('Copy', { exact: true }).click();
    await at.page.getByRole('button', { name: 'pytest test' }).click();
    await at.page.getByText('Not copied: It may be forged.').waitFor();
    await at.page.unroute('**/deliveries/1');
    await at.page.getByText('Copy', { exact: true }).click();
    await at.page.getByRole('button', { name: 'pytest test' }).click();
    await at.page.getByText('Copied: pytest test.').waitFor();
  });

  test('copies a curl command, and saves one or all as a recording, with the bytes unchanged', async () => {
    const body = envelope();
    await at.send({ body });
    await at.rows().first().click();
    await at.page.getByText('Copy', { exact: true }).click();
    await at.page.getByRole('button', { name: 'curl command' }).click();
    await at.page.getByText('Copied: curl command.').waitFor();
    const copied = await at.page.evaluate<string>('navigator.clipboard.readText()');
    expect(copied).toContain(body);
    expect(copied).toContain('--data-binary @-');

    const saved = async (save: () => Promise<void>) => {
      const [download] = await Promise.all([at.page.waitForEvent('download'), save()]);
      const lines = readFileSync(await download.path(), 'utf8')
        .trim()
        .split('\n');
      return [download.suggestedFilename(), ...lines.map((line) => (JSON.parse(line) as { body: string }).body)];
    };
    const other = envelope();
    await at.send({ body: other });
    await at.rows().nth(1).waitFor();
    const one = await saved(() => at.page.getByRole('button', { name: 'Save', exact: true }).click());
    expect(one).toEqual(['delivery-1.ndjson', body]);
    await at.page.keyboard.press('Control+k');
    await at.page.getByRole('combobox', { name: 'Command' }).fill('save the shown');
    expect(await saved(() => at.page.keyboard.press('Enter'))).toEqual(['deliveries.ndjson', body, other]);
  });
});
