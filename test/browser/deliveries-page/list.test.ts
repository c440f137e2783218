import { describe, expect, it } from 'vitest';
import { lackOfBrowser, useDeliveriesPage } from '../../support/pages/deliveries-page.ts';
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

  test('loses none of a burst while it is open', async () => {
    // Fewer at once than the listener takes connections: one more may be dropped.
    for (let sent = 0; sent < 300; sent += 50) await Promise.all(Array.from({ length: 50 }, () => at.send()));
    await at.page.getByText('300 deliveries').waitFor();
    expect(await at.rows().count()).toBeLessThan(60);
  });
});
