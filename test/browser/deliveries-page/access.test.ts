import { describe, expect, it } from 'vitest';
import { clipboard, lackOfBrowser, useDeliveriesPage, violations } from '../../support/pages/deliveries-page.ts';
import { headingPlaces } from '../../support/pages/heading.ts';
import { withReason } from '../../support/program/needs.ts';
import { envelope } from '../../support/webhook/delivery.ts';

const tabs = ['Body', 'Signature', 'Headers', 'Answer', 'Timeline'];
const at = useDeliveriesPage();
const test = it.skipIf(lackOfBrowser !== null);

describe(withReason('the page by keyboard and for everybody', lackOfBrowser), () => {
  test('can be walked through by keyboard alone, and the focus is never lost', async () => {
    const { page } = at;
    const { keyboard } = page;
    const focused = () =>
      page.evaluate<string>(
        `(() => { const a = document.activeElement; return a === document.body ? 'lost' : a.id || a.textContent; })()`,
      );
    const heading = (name: string) => page.getByRole('heading', { level: 2, name }).waitFor();
    const again = crypto.randomUUID();
    const revision = { type: 'application.revision_requested', body: envelope('application.revision_requested') };
    await at.send();
    await at.send({ ...revision, deliveryId: again });
    await at.send({ ...revision, deliveryId: again });
    await at.send({ type: 'activity.updated', body: envelope('activity.updated') });
    await at.rows().nth(2).waitFor();

    // By Tab from the top to the list, which is one stop.
    for (let stops = 0; (await focused()) !== 'deliveries' && stops < 12; stops++) await keyboard.press('Tab');
    expect(await focused()).toBe('deliveries');
    await keyboard.press('ArrowDown');
    await heading('activity.updated');
    await keyboard.press('G');
    await heading('application.approved');
    await keyboard.press('k');
    await heading('application.revision_requested');
    await keyboard.press('g');
    await keyboard.press('g');
    await heading('activity.updated');
    await keyboard.press('n');
    await heading('application.revision_requested');
    await keyboard.press('[');
    await page.getByText('attempt 1 of 2').waitFor();
    await keyboard.press(']');
    await page.getByText('attempt 2 of 2').waitFor();
    for (const [key, name] of [...'12345'].map((key, at) => [key, tabs[at] ?? ''] as const)) {
      await keyboard.press(key);
      await page.getByRole('tab', { name, selected: true }).waitFor();
    }
    await keyboard.press('d');
    await page.getByRole('checkbox', { name: /Difference/, checked: true }).waitFor();

    // A delivery that comes meanwhile moves neither selection nor focus.
    await at.send();
    await page.getByText('4 deliveries').waitFor();
    await heading('application.revision_requested');
    expect(await focused()).toBe('deliveries');

    await keyboard.press('/');
    await keyboard.type('jk2');
    expect(await page.locator('#filter').inputValue()).toBe('jk2');
    await keyboard.press('Escape');
    expect(await page.locator('#filter').inputValue()).toBe('jk2');
    expect(await focused()).toBe('deliveries');
    await keyboard.press('/');
    await keyboard.press('Control+A');
    await keyboard.press('Delete');
    await keyboard.press('Escape');

    await keyboard.press('p');
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    await keyboard.press('p');
    await page.getByRole('button', { name: 'Pause' }).waitFor();

    for (const [key, name] of [
      ['?', 'Keys'],
      ['x', 'Check the handler'],
      ['e', /^Edit and send/],
      ['Control+k', 'Commands'],
    ] as const) {
      await keyboard.press(key);
      await page.getByRole('dialog', { name }).waitFor();
      await keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      expect(await focused()).toBe('deliveries');
    }

    const before = at.target.got.length;
    await keyboard.press('r');
    await page.getByText('The handler answered 500; a correct handler answers 2xx.').first().waitFor();
    expect(at.target.got).toHaveLength(before + 1);
    await keyboard.press('c');
    await keyboard.press('ArrowDown');
    expect(await focused()).toBe('revento command');
    await keyboard.press('Enter');
    await page.getByText('Copied: revento command.').waitFor();
    expect(await focused()).toBe('copy');
    await keyboard.press('Escape');
    expect(await focused()).toBe('deliveries');
    await keyboard.press('Enter');
    expect(await focused()).toBe('detail');
  });

  test('does by name what the palette lists', async () => {
    const { page } = at;
    await at.send();
    await at.send({ type: 'activity.updated', body: envelope('activity.updated') });
    await at.rows().nth(1).waitFor();
    const command = async (text: string) => {
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: 'Command' }).fill(text);
      await page.getByRole('option').first().waitFor();
      await page.keyboard.press('Enter');
    };
    await command('next delivery that');
    await page.getByText('Every delivery was verified and acknowledged.').waitFor();
    await command('oldest');
    await page.getByRole('heading', { level: 2, name: 'application.approved' }).waitFor();
    await command('copy pytest');
    await page.getByText('Copied: pytest test.').waitFor();
    expect(await clipboard(page)).toMatch(/^def test_application_approved_\w+\(\):$/m);
    await command('failed verification');
    await page.getByText('No delivery matches the filter.').waitFor();
    await command('show all');
    await page.getByText('2 deliveries').waitFor();
    await command('replay unchanged');
    await page.getByText('The handler answered 200.').first().waitFor();
    expect(at.target.got).toHaveLength(3);
  });

  test('has single keys that can be switched off, and stay off', async () => {
    const { page } = at;
    await at.send();
    await at.rows().first().waitFor();
    await page.keyboard.press('?');
    await page.getByRole('checkbox', { name: 'Single keys are on' }).uncheck();
    await page.keyboard.press('Escape');
    await page.reload();
    await at.rows().first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('?');
    await page.locator('#deliveries').focus();
    await page.keyboard.press('ArrowDown');
    await page.getByRole('heading', { level: 2, name: 'application.approved' }).waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  test('shows its heading before its script has arrived, and moves it no more', async () => {
    const { before, after } = await headingPlaces(at.browser, at.address, 'live');
    expect(after).toEqual(before);
  });

  test('without script leads to a list that can be read', async () => {
    await at.send({ body: envelope('application.approved', { id: '<i>app_9</i>' }) });
    await at.rows().first().waitFor();
    const [base = '', key = ''] = at.address.split('#key=');
    const httpCredentials = { username: 'me', password: key };
    const context = await at.browser.newContext({ javaScriptEnabled: false, httpCredentials });
    const plain = await context.newPage();
    await plain.goto(base);
    await plain.getByRole('link', { name: 'the plain list' }).click();
    await plain.getByRole('rowheader', { name: 'application.approved' }).waitFor();
    await plain.getByText('Show').click();
    await plain.getByText('<i>app_9</i>').waitFor();
    await context.close();
  });

  test.each(['light', 'dark'] as const)('has no fault that axe finds, in %s', async (colorScheme) => {
    await at.send();
    const body = envelope();
    await at.send({ body, signedBody: `${body} ` });
    const other = await at.open({ colorScheme });
    await other.locator('#deliveries tbody tr').nth(1).waitFor();
    const found = await violations(other);
    await other.locator('#deliveries tbody tr').first().click();
    for (const tab of ['1', '2', '3', '4', '5']) {
      await other.keyboard.press(tab);
      await other.locator('#panel').waitFor();
      found.push(...(await violations(other)).map((one) => `tab ${tab}: ${one}`));
    }
    await other.keyboard.press('j');
    for (const [key, name] of [
      ['?', 'Keys'],
      ['Control+k', 'Commands'],
      ['e', /^Edit and send/],
      ['x', 'Check the handler'],
    ] as const) {
      await other.keyboard.press(key);
      await other.getByRole('dialog', { name }).waitFor();
      if (key === 'e') await other.getByRole('list', { name: 'Problems of the body' }).waitFor();
      if (key === 'x') {
        await other.getByRole('button', { name: 'Run the check' }).click();
        await other.getByRole('button', { name: 'Run it again' }).waitFor();
      }
      found.push(...(await violations(other)).map((one) => `${key}: ${one}`));
      await other.keyboard.press('Escape');
      await other.getByRole('dialog').waitFor({ state: 'detached' });
    }
    await other.keyboard.press('c');
    found.push(...(await violations(other)).map((one) => `copy menu: ${one}`));
    await other.context().close();
    expect(found).toEqual([]);
  });

  test('takes letters for what the key before them opened, however fast they come', async () => {
    const { page, target } = at;
    await at.send();
    await at.rows().first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('c');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('curl command');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('replay');
    expect(await page.getByRole('combobox', { name: 'Command' }).inputValue()).toBe('replay');
    await page.keyboard.press('Escape');
    await page.keyboard.press('x');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('e');
    await page.keyboard.type('r');
    await page.keyboard.press('Escape');
    // Every replay would have been sent by now.
    await page.getByRole('button', { name: 'Replay, signed again' }).click();
    await page.getByText('The handler answered 200.').waitFor();
    expect(target.got).toHaveLength(2);
  });

  test('moves the focus to the list when the notice with it is closed', async () => {
    const { page } = at;
    await at.send();
    await page.getByText('1 delivery').waitFor();
    for (const name of ['Undo', 'Dismiss']) {
      await page.getByRole('button', { name: 'Clear', exact: true }).click();
      await page.getByRole('button', { name }).focus();
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name }).waitFor({ state: 'detached' });
      expect(await page.evaluate('document.activeElement.id')).toBe('deliveries');
    }
  });

  test('respects forced colors and reduced motion', async () => {
    await at.send();
    const other = await at.open({ forcedColors: 'active', reducedMotion: 'reduce' });
    await other.locator('#deliveries tbody tr').first().click();
    await other.locator('#panel').waitFor();
    expect(await violations(other)).toEqual([]);
    const moving = await other.evaluate<string[]>(`[...document.querySelectorAll('*')].filter((one) => {
      const { transitionDuration, animationName } = getComputedStyle(one);
      return transitionDuration !== '0s' || animationName !== 'none';
    }).map(({ outerHTML }) => outerHTML.slice(0, 80))`);
    expect(moving).toEqual([]);
    const outline = "getComputedStyle(document.querySelector('#deliveries tr[aria-selected=true]')).outlineStyle";
    expect(await other.evaluate(outline)).toBe('solid');
    await other.context().close();
  });

  test('moves the focus between list and detail where only one is shown', async () => {
    await at.send();
    const other = await at.open({ viewport: { width: 320, height: 800 } });
    const focused = () => other.evaluate<string>('document.activeElement.id');
    await other.locator('#deliveries tbody tr').first().click();
    await other.locator('#panel').waitFor();
    expect(await focused()).toBe('detail');
    await other.getByRole('button', { name: '← List' }).click();
    await other.locator('#deliveries').waitFor();
    expect(await focused()).toBe('deliveries');
    await other.keyboard.press('j');
    await other.locator('#panel').waitFor();
    expect(await focused()).toBe('detail');
    // The tab that is shown can be seen, however narrow it is.
    await other.keyboard.press('5');
    const seen = `(() => { const { right } = document.getElementById('tab-Timeline').getBoundingClientRect();
      return right <= innerWidth; })()`;
    await expect.poll(() => other.evaluate(seen)).toBe(true);
    await other.context().close();
  });

  test.each([320, 900])('fits into %i px', async (width) => {
    await at.send();
    const other = await at.open({ viewport: { width, height: 800 } });
    await other.locator('#deliveries tbody tr').first().click();
    for (const tab of ['1', '2', '4', '5']) {
      await other.keyboard.press(tab);
      const [needed, has] = await other.evaluate<[number, number]>(
        '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
      );
      expect(needed).toBeLessThanOrEqual(has);
    }
    await other.keyboard.press('x');
    await other.getByRole('button', { name: 'Run the check' }).click();
    await other.getByText('Cause: ').waitFor();
    const hidden = "(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.querySelector('dialog'))";
    expect(await other.evaluate(hidden)).toBe(0);
    await other.context().close();
  });
});
