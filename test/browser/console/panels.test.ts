import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ConsoleRig } from '../../support/pages/console-rig.ts';
import { lackOfChromium, withReason } from '../../support/program/needs.ts';

const reason = lackOfChromium();
/** One sandbox and one page for all: each test looks at what it changed itself. */
let rig: ConsoleRig;
let page: Page;

beforeAll(async () => {
  if (reason !== null) return;
  rig = await ConsoleRig.start();
  page = await rig.open();
}, 60_000);
afterAll(() => rig?.close());
afterEach(() => {
  if (reason !== null) return;
  rig.status = 200;
  expect(rig.complaints.splice(0)).toEqual([]);
});

const show = (tab: string) => page.getByRole('tab', { name: tab }).click();
const shown = (name: 'command' | 'curl') => page.locator(`[data-shown=${name}]`).textContent();
const told = (text: string | RegExp) => page.getByRole('status').getByText(text).waitFor();
/** The program, with the profile of this sandbox. */
const run = (...args: readonly string[]) => rig.program.run(args);
const test = it.skipIf(reason !== null);

describe(withReason('the board of applications', reason), () => {
  const column = (name: string) => page.locator(`.column.${name}`);

  test('approves by click, and shows the command and the curl that do the same', async () => {
    await show('Applications');
    const card = column('pending').locator('.card').first();
    const name = await card.locator('strong').textContent();
    await card.click();
    await page.getByRole('button', { name: 'Approve' }).click();
    await told(`${name}: approve is done; delivery`);
    await column('approved')
      .locator('.card')
      .first()
      .getByText(name ?? '')
      .waitFor();
    await expect.poll(() => rig.target.got.length).toBeGreaterThan(0);
    const id = /ptp_\w+/.exec((await shown('command')) ?? '')?.[0];
    expect(await shown('command')).toBe(`revento sandbox do approve ${id}`);
    const curl = await shown('curl');
    expect(curl).toContain('/_sandbox/v1/do');
    expect(curl).toContain('Bearer $REVENTO_SANDBOX_KEY');
    expect((await run('-p', 'sandbox', 'sandbox', 'log', '--subject', id ?? '')).stdout).toContain('approve');
  });

  test('rejects, asks for revision, registers and cancels by keys, and keeps the focus on the card', async () => {
    const card = column('pending').locator('.card').first();
    const name = await card.locator('strong').textContent();
    await card.focus();
    const focused = () => page.evaluate<string | null>("document.activeElement?.querySelector('strong')?.textContent");
    for (const [key, status] of [
      ['v', 'revision_requested'],
      ['s', 'pending'],
      ['x', 'rejected'],
      ['a', 'approved'],
      ['r', 'registered'],
      ['c', 'cancelled'],
    ] as const) {
      await page.keyboard.press(key);
      await column(status)
        .locator('.card')
        .first()
        .getByText(name ?? '')
        .waitFor();
      await expect.poll(focused).toBe(name);
    }
  });

  test('moves between cards and columns by arrows, with one tab stop a column', async () => {
    await column('approved').locator('.card').first().focus();
    await page.keyboard.press('ArrowDown');
    const second = await column('approved').locator('.card').nth(1).getAttribute('data-row');
    expect(await page.evaluate('document.activeElement.dataset.row')).toBe(second);
    await page.keyboard.press('ArrowLeft');
    const inColumn = "document.activeElement.closest('.column').className";
    expect(await page.evaluate(inColumn)).toContain('revision_requested');
    expect(await column('approved').locator('.card[tabindex="0"]').count()).toBe(1);
  });

  test('edits a profile, finds by name, and takes a new application', async () => {
    await column('approved').locator('.card').first().focus();
    await page.keyboard.press('e');
    await page.getByLabel('First name').fill('Ada');
    await page.getByLabel('Last name').fill("O'King");
    await page.getByRole('button', { name: 'Save' }).click();
    await column('approved').getByText("Ada O'King").waitFor();
    expect(await shown('command')).toContain(`--data '{"first_name":"Ada","last_name":"O'\\''King"}'`);
    await page.locator('#board-search').fill('ada o');
    await expect.poll(() => page.locator('.card').count()).toBe(1);
    await page.locator('#board-search').fill('');
    await page.getByRole('button', { name: 'New application' }).click();
    await told(/^Applied: ptp_/);
  });
});

describe(withReason('the other panels', reason), () => {
  test('fills an activity and frees half of it', async () => {
    await show('Activities');
    const row = page.locator('tr[data-row]').filter({ hasText: 'available' }).first();
    const id = await row.getAttribute('data-row');
    const same = page.locator(`tr[data-row=${id}]`);
    await same.getByRole('button', { name: 'Fill' }).click();
    await same.getByText('full').waitFor();
    await same.getByRole('button', { name: 'Free half' }).click();
    await same.getByText('available').waitFor();
    expect(await shown('command')).toBe(`revento sandbox do free ${id}`);
  });

  test('draws the tokens of a login, and a token that came twice as the fork that ends it', async () => {
    const before = await rig.login();
    await show('Tokens');
    const card = page.locator('.login').first();
    await card.getByText('active', { exact: true }).waitFor();
    await before.refresh();
    await expect.poll(() => card.locator('.node').count()).toBe(2);
    await before.refresh();
    await card.getByText('revoked', { exact: true }).first().waitFor();
    await card.locator('.fork').getByText('sent again').waitFor();
    await card.getByText('a used refresh token was sent again').waitFor();
    await card.locator('.ending .link').click();
    await page.locator('tr.wanted').getByText('POST /oauth/token').waitFor();
  });

  test('shows who consented, and revokes', async () => {
    await rig.login();
    await show('Consents');
    await page.getByRole('button', { name: 'Revoke' }).first().click();
    await told('requires deletion');
    expect(await shown('command')).toMatch(/^revento sandbox do revoke con_\w+$/);
    await page
      .getByText(/^revoked \d{4}/)
      .first()
      .waitFor();
  });

  test('moves the clock: an hour, to the next retry, to the end of the refresh window', async () => {
    rig.status = 500;
    await rig.login();
    await run('-p', 'sandbox', 'sandbox', 'do', 'apply');
    await show('Clock');
    await page.getByRole('button', { name: 'To the next retry' }).click();
    await told(/shows 20/);
    const sent = rig.target.got.length;
    await page.getByRole('button', { name: '+ 1 h', exact: true }).click();
    await expect.poll(() => shown('command')).toBe('revento sandbox clock advance 1h');
    await expect.poll(() => rig.target.got.length).toBeGreaterThan(sent);
    await page.getByRole('button', { name: 'Hold' }).click();
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('button', { name: 'To the end of the refresh window' }).click();
    await show('Tokens');
    await page.locator('.login').first().getByText('expired', { exact: true }).first().waitFor();
  });

  test('switches faults on and off, and counts their hits', async () => {
    await show('Faults');
    const row = page.locator('.fault-group li').filter({ hasText: 'api:503' });
    await row.getByRole('switch').click();
    await row.getByText('0 hits').waitFor();
    const { access } = await rig.login();
    await fetch(`${rig.base}/api/v1/events/evt_test_published`, { headers: { Authorization: `Bearer ${access}` } });
    await row.getByText('1 hit', { exact: true }).waitFor();
    await row.getByRole('switch').click();
    await told('api:503 is off.');
    expect(await shown('command')).toBe('revento sandbox fault --remove api:503');
    await page.getByLabel('Any fault').fill('api:teapot');
    await page.getByRole('button', { name: 'Inject' }).click();
    await page.locator('.outcome.bad').waitFor();
    await page.getByLabel('Any fault').fill('api:500x3');
    await page.getByRole('button', { name: 'Inject' }).click();
    await page.getByText('0 hits, 3 left').waitFor();
    await page.getByRole('button', { name: 'Clear all' }).click();
    await page.getByText('None is active.').waitFor();
  });

  test('sends the event type that was chosen by arrows, and none on the way to it', async () => {
    await show('Deliveries');
    const before = (await run('-p', 'sandbox', 'sandbox', 'log', '-o', 'ndjson', '--kind', 'happening')).stdout;
    await page.getByRole('combobox', { name: 'Event type to send' }).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    const type = await page.getByRole('combobox', { name: 'Event type to send' }).inputValue();
    expect(type).toBe('application.rejected');
    expect((await run('-p', 'sandbox', 'sandbox', 'log', '-o', 'ndjson', '--kind', 'happening')).stdout).toBe(before);
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await told(`${type} is sent as delivery`);
  });

  test('counts down to a retry, shows dead ones, and sends again; rotates and finishes', async () => {
    rig.status = 500;
    await run('-p', 'sandbox', 'sandbox', 'do', 'apply');
    await show('Deliveries');
    const row = page.locator('tr[data-row]').first();
    await row.getByText(/^in \d+ s$/).waitFor();
    await run('-p', 'sandbox', 'sandbox', 'clock', 'advance', '3d');
    await row.getByText('dead').waitFor();
    rig.status = 200;
    await row.getByRole('button', { name: 'Redeliver' }).click();
    await row.getByText('delivered', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Rotate the secret' }).click();
    await told('Rotation started');
    expect(await page.content()).not.toMatch(/whsec_\w{8}/);
    await page.getByRole('button', { name: 'Finish the rotation' }).click();
    await told('Rotation finished');
    await page.getByRole('button', { name: 'Finish the rotation' }).click();
    await told('No rotation is in progress.');
  });

  test('shows requests as they come, with gauges of their budgets', async () => {
    await show('Requests');
    const { access } = await rig.login();
    await fetch(`${rig.base}/api/v1/events/evt_test_published`, { headers: { Authorization: `Bearer ${access}` } });
    await page
      .getByRole('grid', { name: 'Requests' })
      .getByText('GET /api/v1/events/evt_test_published')
      .first()
      .waitFor();
    const budget = page.locator('.budget').first();
    await budget.getByText('1 of 30').waitFor();
    await budget.getByText('1 of 500').waitFor();
    await budget.getByText('0 of 5', { exact: true }).waitFor();
  });

  test('plays a scenario step by step, and shows what was expected', async () => {
    await show('Scenarios');
    await page.getByRole('navigation').getByRole('button').nth(1).click();
    await page.getByRole('button', { name: 'Step' }).click();
    await page.locator('.steps li').first().getByText('✓ passed').waitFor();
    await page.getByRole('button', { name: 'Run' }).click();
    await told(/^(Every step passed\.|\d+ of \d+ steps failed\.)$/);
    expect(await page.locator('.steps .badge').count()).toBe(await page.locator('.steps li').count());
    expect(await shown('command')).toMatch(/^revento sandbox run [\w-]+$/);
  });

  test('lists findings of the audit, and leads to their requests', async () => {
    const before = await rig.login();
    await before.refresh();
    await before.refresh();
    await show('Audit');
    const finding = page.locator('.finding.bad').first();
    await finding.locator('.breach .link').first().click();
    await page.locator('tr.wanted').waitFor();
    // The link is followed once: a later visit does not take the focus away from the tabs.
    await show('Audit');
    await page.getByRole('tab', { name: 'Audit' }).focus();
    for (const tab of ['Scenarios', 'Requests']) {
      await page.keyboard.press('ArrowLeft');
      await page.locator(`#tab-${tab}:focus`).waitFor();
      await page.getByRole('heading', { name: tab }).first().waitFor();
    }
    await page.getByRole('grid', { name: 'Requests' }).waitFor();
    expect(await page.locator('tr.wanted').count()).toBe(0);
  });

  test('leads from a finding about a delivery to it', async () => {
    rig.status = 400;
    await run('sandbox', 'trigger', 'application.approved');
    await show('Audit');
    await page.locator('.finding[data-rule=delivery-accepted] .breach .link').first().click();
    await page.getByRole('grid', { name: 'Deliveries' }).locator('tr.wanted').getByText('400').first().waitFor();
  });
});
