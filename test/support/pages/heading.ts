import type { Browser, Route } from 'playwright-core';
import { expect } from 'vitest';
import { until } from '../until.ts';

/** Where the heading of a page stands before its script has arrived, and after it has drawn the page. */
export async function headingPlaces(browser: Browser, address: string, whenDrawn: string) {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const heading = page.getByRole('heading', { level: 1 });
    const held: Route[] = [];
    await page.route('**/page.js', (route) => void held.push(route));
    await page.goto(address, { waitUntil: 'commit' });
    const topLeft = async () => {
      const box = await heading.boundingBox();
      return { x: box?.x, y: box?.y };
    };
    await heading.waitFor();
    await until(() => held.length > 0, 'the page asks for its script');
    // Without its style sheet the heading can be measured, but stands elsewhere.
    await expect.poll(() => page.evaluate('document.styleSheets.length')).toBe(1);
    const before = await topLeft();
    await Promise.all(held.splice(0).map((route) => route.continue()));
    await page.getByText(whenDrawn, { exact: true }).waitFor();
    return { before, after: await topLeft() };
  } finally {
    await context.close();
  }
}
