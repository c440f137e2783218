import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ConsoleRig } from '../../support/pages/console-rig.ts';
import { lackOfChromium, withReason } from '../../support/program/needs.ts';

const reason = lackOfChromium();
/** One sandbox for all; a page for each, so that no dialog of one is in the way of the next. */
let rig: ConsoleRig;
let page: Page;

beforeAll(async () => {
  if (reason === null) rig = await ConsoleRig.start();
}, 60_000);
afterAll(() => rig?.close());
beforeEach(async () => {
  if (reason === null) page = await rig.open();
});
afterEach(async () => {
  if (reason !== null) return;
  await page.context().close();
  expect(rig.complaints.splice(0)).toEqual([]);
});

const test = it.skipIf(reason !== null);
const field = (selector: string) => page.locator(selector).inputValue();

describe(withReason('keys that come faster than the console is drawn', reason), () => {
  test.each([
    ['Control+k', 'the commands', 'axv reset', 'dialog[open] [role=combobox]'],
    ['e', 'a dialog', 'Axel', 'dialog[open] [name=first_name]'],
  ])('go, after %s, to %s, and do nothing to the card below', async (key, _what, text, selector) => {
    const card = page.locator('.column.pending .card').first();
    await card.focus();
    const id = await card.getAttribute('data-row');
    await page.locator('#person').waitFor();
    await page.keyboard.press(key);
    await page.keyboard.type(text);
    expect(await field(selector)).toBe(text);
    await page.keyboard.press('Escape');
    const { stdout } = await rig.program.run(['sandbox', 'log', '-o', 'ndjson', '--subject', id ?? '']);
    expect(stdout).toBe('');
  });

  test('go to the search that / opens from another part', async () => {
    await page.keyboard.press('3');
    await page.getByRole('tab', { name: 'Consents', selected: true }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('an1');
    expect(await field('#board-search')).toBe('an1');
  });

  test('switch a fault off that they have just switched on', async () => {
    await page.keyboard.press('6');
    await page.locator('.switch input').first().focus();
    await page.keyboard.press(' ');
    await page.keyboard.press(' ');
    await page.getByRole('status').getByText('is off.').waitFor();
    await page.getByText('None is active.').waitFor();
  });

  test('stay in a field whose earlier text is being sent', async () => {
    await page.keyboard.press('5');
    let sendNow = () => {};
    const typed = new Promise<void>((resolve) => {
      sendNow = resolve;
    });
    await page.route('**/ask', async (route) => {
      await typed;
      await route.continue();
    });
    await page.locator('#move-by').fill('1h');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('2d');
    sendNow();
    await page.getByRole('status').getByText('The clock of the sandbox shows').waitFor();
    expect(await field('#move-by')).toBe('2d');
  });
});
