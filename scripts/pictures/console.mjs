// The organizer's console as a browser shows it, in light and in dark: the board, and the timeline of tokens.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { found } from './deliveries.mjs';

const browserOptions = {
  executablePath: process.env.REVENTO_TEST_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
};

/**
 * @param {readonly string[]} program  the words that start revento
 * @param {string} folder              where the PNGs go
 */
export async function photographConsole(program, folder) {
  const [node, ...script] = program;
  const sandbox = spawn(node, [...script, 'sandbox', 'start', '--port', '0', '--auto-consent', '--fresh'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const browser = await chromium.launch(browserOptions);
  try {
    const address = await found(sandbox.stderr, /^console: (\S+)$/m);
    const base = address.split('/console')[0];
    await logInTwice(program, base);
    for (const colorScheme of ['light', 'dark']) {
      const page = await browser.newPage({ viewport: { width: 1280, height: 760 }, colorScheme });
      const shoot = (name) => page.screenshot({ path: join(folder, `console-${name}-${colorScheme}.png`) });
      await page.goto(address);
      await page.locator('.column.pending .card').first().click();
      await page.getByRole('button', { name: 'Approve' }).click();
      await page.locator('[data-shown=command]').waitFor();
      await page.locator('.column.approved .card[aria-pressed=true]').waitFor();
      // The column and the selected application are read one after the other.
      await page.locator('#person').getByText('approved', { exact: true }).waitFor();
      await shoot('board');
      await page.getByRole('tab', { name: 'Tokens' }).click();
      await page.locator('.fork').waitFor();
      await shoot('tokens');
      await page.close();
    }
  } finally {
    await browser.close();
    sandbox.kill('SIGINT');
    await once(sandbox, 'close');
  }
}

/** One login that is refreshed as it should be, and one whose refresh token is sent twice. */
async function logInTwice([node, ...script], base) {
  const env = spawn(node, [...script, 'sandbox', 'env', '--format', 'json'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const chunks = await env.stdout.toArray();
  const settings = JSON.parse(Buffer.concat(chunks).toString());
  const headers = { Authorization: `Bearer ${settings.REVENTO_SANDBOX_KEY}`, 'Content-Type': 'application/json' };
  const refresh = async (token) => {
    const body = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: token,
      client_id: settings.REVENTO_CLIENT_ID,
      client_secret: settings.REVENTO_CLIENT_SECRET,
    });
    return (await (await fetch(`${base}/oauth/token`, { method: 'POST', body })).json()).refresh_token;
  };
  for (const isReused of [true, false]) {
    const answer = await fetch(`${base}/_sandbox/v1/login`, { method: 'POST', headers, body: '{}' });
    const first = (await answer.json()).refresh_token;
    const second = await refresh(first);
    const third = await refresh(second);
    await refresh(isReused ? second : third);
  }
}
