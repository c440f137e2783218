import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { tabs } from '../../../src/console/model/tabs.ts';
import { ConsoleRig } from '../../support/pages/console-rig.ts';
import { violations } from '../../support/pages/deliveries-page.ts';
import { lackOfChromium, withReason } from '../../support/program/needs.ts';

const reason = lackOfChromium();
let rig: ConsoleRig;

beforeAll(async () => {
  if (reason !== null) return;
  rig = await ConsoleRig.start();
  // Something to see in every part.
  const { refresh } = await rig.login();
  for (let times = 0; times < 2; times++) await refresh();
  await rig.program.run(['-p', 'sandbox', 'sandbox', 'do', 'apply']);
}, 60_000);
afterAll(() => rig?.close());
afterEach(() => {
  if (reason === null) expect(rig.complaints.splice(0)).toEqual([]);
});

const test = it.skipIf(reason !== null);
const focused = (page: Page) => page.evaluate<string | undefined>('document.activeElement.dataset.row');

describe(withReason('the console for everybody', reason), () => {
  test.each(['light', 'dark'] as const)('has no fault that axe finds, in %s', async (colorScheme) => {
    const other = await rig.open({ colorScheme });
    const found: string[] = [];
    for (const tab of tabs) {
      await other.getByRole('tab', { name: tab }).click();
      await other.locator('#console-panel h2').first().waitFor();
      if (tab === 'Applications') await other.locator('.card').first().click();
      found.push(...(await violations(other)).map((one) => `${tab}: ${one}`));
    }
    await other.context().close();
    expect(found).toEqual([]);
  });

  test.each([320, 900])('fits into %i px', async (width) => {
    const other = await rig.open({ width });
    for (const tab of tabs) {
      await other.getByRole('tab', { name: tab }).click();
      await other.locator('#console-panel h2').first().waitFor();
      const [needed, has] = await other.evaluate<[number, number]>(
        '[document.querySelector(".panel-room").scrollWidth, document.querySelector(".panel-room").clientWidth]',
      );
      expect([tab, needed <= has]).toEqual([tab, true]);
    }
    await other.context().close();
  });

  test.each([
    { colorScheme: 'light' },
    { colorScheme: 'dark' },
    { forcedColors: 'active', reducedMotion: 'reduce' },
  ] as const)('has no fault that axe finds in its dialogs, with %j', async (options) => {
    const other = await rig.open(options);
    await other.locator('.column.approved .card').first().focus();
    const found: string[] = [];
    for (const [key, name] of [
      ['?', 'Keys'],
      ['Control+k', 'Commands'],
      ['e', /^Edit/],
    ] as const) {
      await other.keyboard.press(key);
      await other.getByRole('dialog', { name }).waitFor();
      found.push(...(await violations(other)).map((one) => `${key}: ${one}`));
      await other.keyboard.press('Escape');
      await other.getByRole('dialog').waitFor({ state: 'detached' });
    }
    await other.context().close();
    expect(found).toEqual([]);
  });

  test('respects forced colors and reduced motion', async () => {
    const other = await rig.open({ forcedColors: 'active', reducedMotion: 'reduce' });
    for (const tab of tabs) {
      await other.getByRole('tab', { name: tab }).click();
      await other.locator('#console-panel h2').first().waitFor();
      const moving = await other.evaluate<string[]>(`[...document.querySelectorAll('*')].filter((one) => {
        const { transitionDuration, animationName } = getComputedStyle(one);
        return transitionDuration !== '0s' || animationName !== 'none';
      }).map(({ outerHTML }) => outerHTML.slice(0, 80))`);
      expect([tab, moving]).toEqual([tab, []]);
    }
    await other.getByRole('tab', { name: 'Applications' }).click();
    await other.locator('.card').first().focus();
    await other.keyboard.press('ArrowDown');
    expect(await other.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
    await other.context().close();
  });

  test('announces what comes in one sentence, and moves nothing under the reader', async () => {
    const page = await rig.open();
    await page.getByRole('tab', { name: 'Deliveries' }).click();
    await page.locator('tr[data-row]').first().waitFor();
    await page.keyboard.press('j');
    const before = await focused(page);
    await rig.program.run(['-p', 'sandbox', 'sandbox', 'do', 'apply', '--count', '3']);
    await page
      .locator('.unseen[aria-live=polite]')
      .getByText(/\d changes?/)
      .waitFor();
    expect(await focused(page)).toBe(before);
  });
});
