import { describe, expect } from 'vitest';
import { sign } from '../../src/webhook/signature.ts';
import { page, reason, rows, secret, send, target, test, useDeliveriesPage } from '../support/deliveries-page-rig.ts';
import { envelope } from '../support/delivery.ts';
import { withReason } from '../support/needs.ts';

useDeliveriesPage();

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
});
