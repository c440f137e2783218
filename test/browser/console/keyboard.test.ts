import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { tabs } from '../../../src/console/model/tabs.ts';
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
beforeEach(async () => {
  if (reason === null) await page.evaluate('document.activeElement.blur()');
});
afterEach(() => {
  if (reason !== null) return;
  rig.status = 200;
  expect(rig.complaints.splice(0)).toEqual([]);
});

const test = it.skipIf(reason !== null);
const press = (...keys: readonly string[]) =>
  keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
const told = (text: string | RegExp) => page.getByRole('status').getByText(text).waitFor();
const shown = (name: 'command' | 'curl') => page.locator(`[data-shown=${name}]`).textContent();
/** The row, the id or the text of what has the focus; `lost` when nothing has it. */
const focused = () =>
  page.evaluate<string>(`(() => { const one = document.activeElement;
    return one === document.body ? 'lost' : one.dataset.row ?? (one.id || one.textContent); })()`);
/** Presses Tab until something has the focus, round the page and the browser's own controls at most twice. */
async function tabTo(wanted: string | RegExp): Promise<void> {
  for (let stops = 0; stops < 90; stops++) {
    await page.keyboard.press('Tab');
    const name = await focused();
    if (typeof wanted === 'string' ? name === wanted : wanted.test(name)) return;
  }
  throw new Error(`Tab never came to ${wanted}`);
}
/** To a part by its key. */
async function goTo(tab: (typeof tabs)[number]): Promise<void> {
  await press(String((tabs.indexOf(tab) + 1) % 10));
  await page.getByRole('tab', { name: tab, selected: true }).waitFor();
  await page.locator('#console-panel h2').waitFor();
}
/** To the first row of a part, once it is there. */
async function goToRow(tab: (typeof tabs)[number]): Promise<void> {
  await goTo(tab);
  await page.locator('#console-panel [data-row]').first().waitFor();
  await press('j');
}
const run = (...args: readonly string[]) => rig.program.run(args);

describe(withReason('the console by keyboard alone', reason), () => {
  test('reaches every part by Tab and arrows, each list as one stop', async () => {
    await tabTo('tab-Applications');
    for (const [at, tab] of tabs.entries()) {
      expect(await focused()).toBe(`tab-${tab}`);
      const lists = await page.evaluate<number[]>(`[...document.querySelectorAll('[data-list]')].map((list) =>
        [...list.querySelectorAll('*')].filter((one) => one.tabIndex === 0 && !one.matches('.track')).length)`);
      expect([tab, Math.max(0, ...lists) <= 1]).toEqual([tab, true]);
      if (at < tabs.length - 1) await press('ArrowRight');
    }
    await press('ArrowRight');
    await page.getByRole('tab', { name: 'Applications', selected: true }).waitFor();
  });

  test('moves a part for each arrow, however fast they come', async () => {
    await goTo('Applications');
    await page.locator('#tab-Applications').focus();
    await page.evaluate(`for (let press = 0; press < 3; press++) document.activeElement.dispatchEvent(
      new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true, cancelable: true }))`);
    expect(await focused()).toBe(`tab-${tabs[3]}`);
    await page.getByRole('tab', { name: tabs[3], selected: true }).waitFor();
  });

  test('takes an application through every action, and keeps the focus', async () => {
    await goToRow('Applications');
    await expect.poll(focused).toMatch(/^ptp_/);
    const id = await focused();
    for (const [key, status] of [
      ['v', 'revision_requested'],
      ['s', 'pending'],
      ['x', 'rejected'],
      ['a', 'approved'],
      ['r', 'registered'],
    ] as const) {
      await press(key);
      await page.locator(`.column.${status} [data-row="${id}"]`).waitFor();
      await expect.poll(focused).toBe(id);
    }
    await press('e');
    await page.getByRole('dialog', { name: /^Edit/ }).waitFor();
    await page.keyboard.type('Ada');
    await press('Enter');
    await told('edit-profile is done');
    await expect.poll(focused).toBe(id);
    expect(await shown('command')).toContain(`revento sandbox do edit-profile ${id}`);
    await press('c');
    await page.locator(`.column.cancelled [data-row="${id}"]`).waitFor();
    await expect.poll(focused).toBe(id);
    await press('Escape');
    await page.locator('#person').waitFor({ state: 'detached' });
    await press('/');
    expect(await focused()).toBe('board-search');
    await page.keyboard.type(id);
    await page.locator('.card').nth(1).waitFor({ state: 'detached' });
    await page.locator(`.card[data-row="${id}"]`).waitFor();
    await press('Escape');
    expect(await page.locator('#board-search').inputValue()).toBe(id);
    await expect.poll(focused).toBe(id);
    await press('/', 'Control+A', 'Delete');
    await page.locator('.card').nth(1).waitFor();
    await tabTo('New application');
    await press('Enter');
    await told(/^Applied: ptp_/);
    expect(await focused()).toBe('New application');
  });

  test('acts in a row by the arrows that lead into it, and stays there when its buttons change', async () => {
    await goToRow('Activities');
    await expect.poll(focused).toMatch(/^act_/);
    const id = await focused();
    await press('ArrowRight');
    expect(await focused()).toBe('Fill');
    await press('Enter');
    await told('fill is done');
    await page.locator(`[data-row="${id}"]`).getByText('full', { exact: true }).waitFor();
    await press('ArrowRight', 'Enter');
    await told('free is done');
    await press('ArrowRight', 'Enter');
    await told('edit-activity is done');
    await press('ArrowLeft', 'ArrowLeft', 'ArrowLeft');
    expect(await focused()).toBe(id);
    await press('G');
    expect(await focused()).not.toBe(id);
    await press('g', 'g');
    expect(await focused()).toBe(id);

    const { refresh } = await rig.login();
    await refresh();
    await goTo('Consents');
    await page.getByRole('button', { name: 'Revoke' }).waitFor();
    await press('j');
    await expect.poll(focused).toMatch(/^con_/);
    const consent = await focused();
    await press('ArrowRight', 'Enter');
    await told('requires deletion');
    await expect.poll(focused).toBe(consent);
    await tabTo('Suspend the integration');
    await press('Enter');
    await told('Suspended');
    await page.getByRole('button', { name: 'Reinstate the integration' }).waitFor();
    await press('Enter');
    await told('Reinstated');
    await tabTo('Connect the organizer');
    await press('Enter');
    await told('The organizer consented');

    await goToRow('Tokens');
    await expect.poll(focused).toBe('1');
    await press('ArrowRight', 'Enter');
    await page.getByRole('tab', { name: 'Requests', selected: true }).waitFor();
    await page.locator('tr.wanted').getByText('POST /oauth/token').waitFor();
    expect(await focused()).toMatch(/^[\w-]{20,}$/);
  });

  test('moves the clock, switches faults, sends, rotates, and plays a scenario', async () => {
    await goTo('Clock');
    await tabTo(/^\+ 1 h$/);
    await press('Enter');
    await expect.poll(() => shown('command')).toBe('revento sandbox clock advance 1h');
    await tabTo('Hold');
    await press('Enter');
    await told('The clock is held.');
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    await press('Enter');
    await told('The clock runs again.');
    await press('/');
    await page.keyboard.type('90m');
    await press('Enter');
    await expect.poll(() => shown('command')).toBe('revento sandbox clock advance 90m');
    await press('Escape');
    expect(await focused()).toBe('tab-Clock');

    await goToRow('Faults');
    await press('ArrowDown', ' ');
    await told('is active.');
    const fault = await focused();
    await press(' ');
    await told(`${fault} is off.`);
    await press('/');
    await page.keyboard.type('api:500x3');
    await press('Enter');
    await page.getByText('0 hits, 3 left').waitFor();
    await press('Escape');
    await tabTo('Clear all');
    await press('Enter');
    await page.getByText('None is active.').waitFor();

    rig.status = 500;
    await goTo('Deliveries');
    await run('-p', 'sandbox', 'sandbox', 'do', 'apply');
    await page.locator('tr[data-bad]').first().waitFor();
    await press('n');
    await expect.poll(focused).toMatch(/^[\da-f]{8}-/);
    const delivery = await focused();
    rig.status = 200;
    await press('ArrowRight', 'Enter');
    await told('is sent again');
    expect(await shown('command')).toBe(`revento sandbox redeliver ${delivery}`);
    await tabTo(/^delivered/);
    await press('Enter');
    await page.getByRole('button', { name: /^delivered/, pressed: true }).waitFor();
    await tabTo('Rotate the secret');
    await press('Enter');
    await told('Rotation started');
    await tabTo('Finish the rotation');
    await press('Enter');
    await told('Rotation finished');

    await goToRow('Scenarios');
    await press('ArrowDown', 'Enter');
    await page.getByRole('heading', { name: 'A change of mind' }).waitFor();
    await tabTo('Step');
    await press('Enter');
    await page.locator('.steps li').first().getByText('✓ passed').waitFor();
    expect(await focused()).toBe('Step');
    expect(await shown('command')).toMatch(/^revento sandbox do /);
    expect(await shown('curl')).toContain('/_sandbox/v1/do');

    const twice = await rig.login();
    await twice.refresh();
    await twice.refresh();
    await goTo('Audit');
    await page.locator('.finding[data-bad]').first().waitFor();
    await press('n');
    await expect.poll(() => page.evaluate('document.activeElement.tagName')).toBe('SUMMARY');
    await press('ArrowRight', 'Enter');
    await page.locator('tr.wanted').waitFor();
  });

  test('does by name what the palette lists, and gives the focus back', async () => {
    await goToRow('Applications');
    const card = await focused();
    const command = async (text: string) => {
      await press('Control+k');
      await page.getByRole('combobox', { name: 'Command' }).fill(text);
      await press('Enter');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    };
    await command('by a day');
    await expect.poll(() => shown('command')).toBe('revento sandbox clock advance 1d');
    expect(await focused()).toBe(card);
    await command('inject token:503');
    await told('token:503 is active.');
    await command('switch off token:503');
    await told('token:503 is off.');
    await command('send activity.updated');
    await told('activity.updated is sent as delivery');
    await command('reject:');
    await told('reject is done');
    await press('y');
    await told('Copied: command.');
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(`revento sandbox do reject ${card}`);
    await press('Y');
    await told('Copied: curl.');
  });

  test('has single keys that can be switched off, and stay off', async () => {
    await press('?');
    await page.getByRole('checkbox', { name: 'Single keys are on' }).uncheck();
    await press('Escape');
    await page.reload();
    await page.locator('.card').first().waitFor();
    await page.locator('.column.pending .card').first().focus();
    const before = await shown('curl');
    await press('a', '?', '5', 'j');
    await press('ArrowDown');
    expect(await focused()).toBe(await page.locator('.column.pending .card').nth(1).getAttribute('data-row'));
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(await page.getByRole('tab', { name: 'Applications', selected: true }).count()).toBe(1);
    expect(await shown('curl')).toBe(before);
    await press('Control+k');
    await page.getByRole('combobox', { name: 'Command' }).fill('switch single keys on');
    await press('Enter');
    await press('5');
    await page.getByRole('tab', { name: 'Clock', selected: true }).waitFor();
  });
});
