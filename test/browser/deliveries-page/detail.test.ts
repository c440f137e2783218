import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { lackOfBrowser, useDeliveriesPage } from '../../support/pages/deliveries-page.ts';
import { withReason } from '../../support/program/needs.ts';
import { envelope } from '../../support/webhook/delivery.ts';
import { handler } from '../../support/webhook/handler.ts';

const at = useDeliveriesPage();
const test = it.skipIf(lackOfBrowser !== null);

describe(withReason('the detail of a delivery', lackOfBrowser), () => {
  test('shows a delivery when it comes, and everything about it', async () => {
    const body = envelope('application.approved', { id: 'app_1', participant_id: 'ptp_7', note: '<b>&' });
    // In the second of its signature, or just before.
    await at.send({ body: body.replace('2026-01-01T00:00:00.000Z', new Date().toISOString()) });
    await at.rows().first().click();
    await at.page.getByRole('heading', { level: 2, name: 'application.approved' }).waitFor();
    await at.page.getByText('"<b>&"').waitFor();
    await at.page.keyboard.press('2');
    await at.page.getByText('Verified with webhook_secret').waitFor();
    await at.page.keyboard.press('3');
    await at.page.getByRole('rowheader', { name: 'x-revento-signature' }).waitFor();
    await at.page.keyboard.press('4');
    await at.page.getByText('The sender was answered 200.').waitFor();
    await at.page.keyboard.press('5');
    await at.page.getByText('received and verified').waitFor();
    const steps = await at.page.locator('.timeline li span').allTextContents();
    const words = ['happened', 'signed', 'received', 'forwarded', at.target.url, 'the sender'];
    expect(steps.map((step, index) => step.startsWith(words[index] ?? ''))).toEqual(words.map(() => true));
  });

  test('finds text in a body, opens what is folded around it, and copies its jq path', async () => {
    const { page } = at;
    await at.send({ body: envelope('application.approved', { id: 'app_1', deep: { list: [{ wanted_one: 'Zoë' }] } }) });
    await at.rows().first().click();
    await page.getByRole('button', { name: '"data"' }).first().waitFor();
    for (const fold of await page.locator('.json .fold[aria-expanded=true]').all()) {
      if (await fold.isVisible()) await fold.click();
    }
    expect(await page.getByRole('button', { name: '"wanted_one"' }).count()).toBe(0);
    const search = page.getByRole('searchbox', { name: 'Search in the body' });
    await search.fill('zoë');
    await page.getByText('Found 1 time.').waitFor();
    await page.locator('.json .hit', { hasText: 'Zoë' }).waitFor();
    await page.getByRole('button', { name: '"wanted_one"', exact: true }).click();
    await page.getByText('Copied: .data.deep.list[0].wanted_one').waitFor();
    await search.fill('nowhere');
    await page.getByText('Not found.').waitFor();
  });

  test('shows the exact bytes that were signed', async () => {
    const body = `${envelope()}\n`;
    await at.send({ body });
    await at.rows().first().click();
    await at.page.getByText('Raw', { exact: true }).click();
    const raw = await at.page.locator('pre.raw').textContent();
    expect(raw?.replace(/^\d+\./, '')).toBe(body);
    await at.page.getByText('Hex', { exact: true }).click();
    expect(await at.page.locator('pre.hex').textContent()).toMatch(/ 0a +.*\.\n$/);
  });

  test('explains a body that was rewritten on the way', async () => {
    const body = envelope();
    await at.send({ body, signedBody: JSON.stringify(JSON.parse(body), null, 2) });
    await at.rows().first().click();
    await at.page.getByRole('tab', { name: 'Signature' }).click();
    await at.page.getByText('the same JSON pretty-printed (2 spaces): matches').waitFor();
    await at.page.getByText('signing it again would make a forged delivery genuine').waitFor();
    expect(await at.page.getByRole('button', { name: 'Replay, signed again' }).count()).toBe(0);
  });

  test("shows a failing handler's words, the line for its framework, and folds attempts", async () => {
    const deliveryId = crypto.randomUUID();
    const body = envelope('application.revision_requested', { id: 'app_2' });
    await at.send({ body, deliveryId, type: 'application.revision_requested' });
    await at.send({ body, deliveryId, type: 'application.revision_requested' });
    await at.page.getByText('2 attempts').waitFor();
    expect(await at.rows().count()).toBe(1);
    await at.rows().first().click();
    await at.page.getByRole('tab', { name: 'Answer' }).click();
    await at.page.getByText('TypeError: x').waitFor();
    await at.page.getByRole('tab', { name: 'Signature' }).click();
    await at.page.getByText('Express (yours)').waitFor();
    await at.page.keyboard.press('[');
    await at.page.getByText('attempt 1 of 2').waitFor();
  });

  test('opens a recording without a listener, and replays from it', async () => {
    const body = envelope();
    const file = `${at.rig.home}/deliveries.ndjson`;
    await at.send({ body });
    await at.rows().first().click();
    await at.page.getByText('Copy', { exact: true }).click();
    await at.page.getByRole('button', { name: 'NDJSON line' }).click();
    await at.page.getByText('Copied: NDJSON line.').waitFor();
    writeFileSync(file, `${await at.page.evaluate<string>('navigator.clipboard.readText()')}\n`);
    const env = { REVENTO_WEBHOOK_SECRET: at.secret };
    const other = await handler();
    const targets = ['--to', at.target.url, '--to', other.url];
    const running = at.rig.start(['inspect', file, ...targets, '--ui-port', '0'], { env });
    const [, opened = ''] = await running.until('stderr', /^page: (\S+)$/m);
    await at.page.goto(opened);
    await at.page.getByText('recording', { exact: true }).waitFor();
    await at.rows().first().click();
    await at.page.getByRole('button', { name: 'Replay, signed again' }).click();
    await at.page.getByText('The handler answered 200.').waitFor();
    expect(at.target.got.map((got) => got.body.toString())).toEqual([body, body]);
    // The editor sends to the handler that was chosen beside it.
    await at.page.getByLabel('Send to').selectOption({ index: 1 });
    await at.page.keyboard.press('Escape');
    await at.page.getByRole('button', { name: 'Edit…' }).click();
    await at.page.getByRole('button', { name: /^Send / }).click();
    await at.page
      .getByRole('dialog')
      .getByText(/^Sent at /)
      .waitFor();
    expect(other.got.map((got) => got.body.toString())).toEqual([body]);
    running.kill('SIGINT');
    expect((await running.ended).code).toBe(130);
  });
});
