import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { clipboard, lackOfBrowser, useDeliveriesPage } from '../../support/pages/deliveries-page.ts';
import { withReason } from '../../support/program/needs.ts';
import { envelope } from '../../support/webhook/delivery.ts';

const at = useDeliveriesPage();
const test = it.skipIf(lackOfBrowser !== null);

describe(withReason('the list of deliveries', lackOfBrowser), () => {
  test('filters, survives a reload, pauses, clears and brings back', async () => {
    await at.send();
    await at.send({ type: 'activity.updated', body: envelope('activity.updated') });
    await at.page.locator('#filter').fill('type:activity.*');
    await at.page.getByText('1 of 2').waitFor();
    await at.page.reload();
    await at.page.getByText('1 of 2').waitFor();
    await at.page.locator('#filter').fill('status:nine');
    await at.page.getByText('Invalid status:nine. Use a status such as 503').waitFor();
    await at.page.locator('#filter').fill('');
    await at.page.getByRole('button', { name: 'Pause' }).click();
    await at.send();
    await at.page.getByRole('button', { name: 'Resume (1 new)' }).click();
    await at.page.getByText('3 deliveries').waitFor();
    await at.page.getByRole('button', { name: 'Clear', exact: true }).click();
    await at.page.getByText('No deliveries yet.').waitFor();
    await at.page.getByRole('button', { name: 'Undo' }).click();
    await at.page.getByText('3 deliveries').waitFor();
  });

  test('counts new ones in a pill while the reader is further down, and moves nothing', async () => {
    const { page } = at;
    for (let sent = 0; sent < 30; sent++) await at.send();
    await page.getByText('30 deliveries').waitFor();
    await page.evaluate("document.querySelector('.scroll').scrollTop = 560");
    const row = page.locator('#delivery-20');
    await row.waitFor();
    const shown = await row.boundingBox();
    for (let sent = 0; sent < 3; sent++) await at.send();
    await page.getByRole('button', { name: '↑ 3 new' }).waitFor();
    expect(await row.boundingBox()).toEqual(shown);
    await page.getByText('3 new deliveries').waitFor({ state: 'attached' });
    await page.getByRole('button', { name: '↑ 3 new' }).click();
    await page.getByRole('button', { name: '↑ 3 new' }).waitFor({ state: 'detached' });
    expect(await page.evaluate("document.querySelector('.scroll').scrollTop")).toBe(0);
  });

  test('links to an attempt, in a new tab and in one where the page is open already', async () => {
    const { page } = at;
    const deliveryId = crypto.randomUUID();
    const revision = { type: 'application.revision_requested', body: envelope('application.revision_requested') };
    for (let sent = 0; sent < 3; sent++) await at.send({ ...revision, deliveryId });
    for (let sent = 0; sent < 20; sent++) await at.send();
    await page.getByText('21 deliveries').waitFor();
    await page.keyboard.press('G');
    await page.getByText('attempt 3 of 3').waitFor();
    await page.keyboard.press('[');
    await page.getByText('attempt 2 of 3').waitFor();
    await page.getByText('Copy', { exact: true }).click();
    await page.getByRole('button', { name: 'link to this delivery' }).click();
    await page.getByText('Copied: link to this delivery.').waitFor();
    const link = await clipboard(page);
    const isAttempt = (on: Page) =>
      Promise.all([on.getByText('attempt 2 of 3').waitFor(), on.locator('#delivery-1[aria-selected=true]').waitFor()]);
    await page.reload();
    await isAttempt(page);
    const other = await page.context().newPage();
    await other.goto(link);
    await isAttempt(other);
    await other.evaluate(`location.href = ${JSON.stringify(link.replace(/delivery=2$/, 'delivery=9'))}`);
    await other.locator('#delivery-9[aria-selected=true]').waitFor();
    expect(other.url()).not.toContain('key=');
    await other.evaluate(`location.href = ${JSON.stringify(link)}`);
    await isAttempt(other);
  });

  test('reconnects without a loss, and stays readable when its run has ended', async () => {
    const { page } = at;
    await at.send();
    await page.getByText('1 delivery').waitFor();
    await page.context().setOffline(true);
    const { port } = new URL(at.address);
    await at.send();
    await page.context().setOffline(false);
    await page.getByText('2 deliveries').waitFor();
    at.running.kill('SIGINT');
    await at.running.ended;
    await page.getByText('not connected; reconnecting').waitFor();
    const args = ['webhook', 'listen', '--port', '0', '--ui-port', port, '-o', 'ndjson'];
    const again = at.rig.start(args, { env: { REVENTO_WEBHOOK_SECRET: at.secret } });
    const [, opened = ''] = await again.until('stderr', /^page: (\S+)$/m);
    await page.getByText('This run has ended. Open the address that the new one printed.').waitFor();
    await page.getByText('2 deliveries').waitFor();
    await at.rows().first().click();
    await page.getByRole('heading', { level: 2, name: 'application.approved' }).waitFor();
    await page.evaluate(`location.href = ${JSON.stringify(opened)}`);
    await page.getByText('live', { exact: true }).waitFor();
    await page.getByText('No deliveries yet.').waitFor();
    at.forgive(/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_INTERNET_DISCONNECTED|status of 401/);
  });

  test('clears what it shows, and not what arrived during a pause', async () => {
    const { page } = at;
    await at.send();
    await page.getByText('1 delivery').waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await at.send();
    await page.getByText('Resume (1 new)').waitFor();
    await page.getByRole('button', { name: 'Clear', exact: true }).click();
    await page.getByText('No deliveries yet.').waitFor();
    await page.reload();
    await page.getByText('1 delivery').waitFor();
  });

  test('loses none of a burst while it is open', async () => {
    // Fewer at once than the listener takes connections: one more may be dropped.
    for (let sent = 0; sent < 300; sent += 50) await Promise.all(Array.from({ length: 50 }, () => at.send()));
    await at.page.getByText('300 deliveries').waitFor();
    expect(await at.rows().count()).toBeLessThan(60);
  });
});
