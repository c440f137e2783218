// The page of deliveries as a browser shows it, in light and in dark: the list, the signature panel, the editor.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const browserOptions = {
  executablePath: process.env.REVENTO_TEST_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
};

/** The deliveries to send, in this order: flags of `trigger`. */
const sent = [
  ['application.submitted'],
  ['application.approved'],
  ['activity.updated'],
  ['activity.capacity_state_changed'],
  ['application.revision_requested'],
  ['participant.registered', '--fault', 'duplicate'],
  ['application.approved', '--fault', 're-serialized'],
  ['participant.profile_updated'],
  ['application.approved', '--fault', 'stale'],
  ['application.rejected'],
];

/**
 * @param {readonly string[]} program  the words that start revento
 * @param {string} folder              where the PNGs go
 */
export async function photographDeliveries(program, folder) {
  const [node, ...script] = program;
  // A handler that fails for one type, with a framework's error message.
  const handler = createServer((request, response) => {
    const isFailing = request.headers['x-revento-event'] === 'application.revision_requested';
    request.resume().on('end', () => {
      response.writeHead(isFailing ? 500 : 204, { 'X-Powered-By': 'Express' });
      response.end(isFailing ? "TypeError: Cannot read properties of undefined (reading 'email')" : undefined);
    });
  });
  await new Promise((resolve) => handler.listen(0, '127.0.0.1', resolve));
  const { port } = handler.address();
  const flags = ['--port', '0', '--ui-port', '0', '--no-browser', '--forward', `${port}`, '-o', 'ndjson'];
  const listener = spawn(node, [...script, 'webhook', 'listen', ...flags], { stdio: ['ignore', 'pipe', 'pipe'] });
  const browser = await chromium.launch(browserOptions);
  try {
    const [address, url] = await Promise.all([
      found(listener.stderr, /^page: (\S+)$/m),
      found(listener.stdout, /"type":"ready","url":"([^"]+)"/),
    ]);
    for (const [type, ...fault] of sent) {
      const words = ['webhook', 'trigger', type, ...fault, '--to', url];
      await once(spawn(node, [...script, ...words], { stdio: 'ignore' }), 'close');
    }
    for (const colorScheme of ['light', 'dark']) {
      const page = await browser.newPage({ viewport: { width: 1280, height: 760 }, colorScheme });
      const shoot = (name) => page.screenshot({ path: join(folder, `page-${name}-${colorScheme}.png`) });
      const row = (text) => page.locator('#deliveries tbody tr', { hasText: text }).first();
      await page.goto(address);
      await row('application.rejected').click();
      await page.locator('.json').waitFor();
      await shoot('list');
      await row('signature mismatch').click();
      await page.getByRole('tab', { name: 'Signature' }).click();
      await page.getByText('What was tried').waitFor();
      await shoot('signature');
      await row('participant.profile_updated').click();
      await page.getByRole('button', { name: 'Edit…' }).click();
      await page.locator('.cm-content').waitFor();
      await page.getByRole('button', { name: 'Indent' }).click();
      await page.getByRole('button', { name: /^Send/ }).click();
      await page.getByText(/^Sent at/).waitFor();
      await shoot('editor');
      await page.close();
    }
  } finally {
    await browser.close();
    listener.kill('SIGINT');
    handler.close();
    handler.closeAllConnections();
  }
}

/** The first match of the form's first group in a stream. The rest is read, so that the writer is never blocked. */
export function found(stream, form) {
  return new Promise((resolve, reject) => {
    let said = '';
    stream.setEncoding('utf8').on('data', (chunk) => {
      said += chunk;
      const [, text] = form.exec(said) ?? [];
      if (text !== undefined) resolve(text);
    });
    stream.on('end', () => reject(new Error(`nothing like ${form}: ${said}`)));
  });
}
