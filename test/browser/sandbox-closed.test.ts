import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServe } from '../../src/platform/http/server.ts';
import { systemClock } from '../../src/platform/process/clock.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/server/app.ts';
import { type Hosted, host } from '../../src/sandbox/server/host.ts';
import { chromiumPath, lackOfChromium, withReason } from '../support/program/needs.ts';

const reason = lackOfChromium();
const key = randomBytes(24).toString('hex');

let browser: Browser;
let sandbox: Sandbox;
let hosted: Hosted;
let evil: Server;
let page: Page;
let defects: unknown[];

beforeAll(async () => {
  if (reason !== null) return;
  defects = [];
  sandbox = createSandbox({ clock: systemClock, controlKey: key });
  hosted = await host(
    sandbox,
    createServe((error) => defects.push(error)),
    '127.0.0.1',
    0,
  );
  evil = createServer((_request, reply) => reply.setHeader('Content-Type', 'text/html').end('<h1>A page</h1>'));
  await new Promise<void>((resolve) => evil.listen(0, '127.0.0.1', resolve));
  // A name that anyone could register, and that leads to this machine.
  const args = ['--headless', '--no-sandbox', '--disable-gpu', '--host-resolver-rules=MAP *.attacker.com 127.0.0.1'];
  browser = await chromium.launch({ executablePath: chromiumPath, args });
  page = await browser.newPage();
  await page.goto(`http://page.attacker.com:${(evil.address() as AddressInfo).port}/`);
});
afterAll(async () => {
  if (reason !== null) return;
  await browser.close();
  await hosted.close();
  await new Promise((resolve) => evil.close(resolve));
});

describe.skipIf(reason !== null)(withReason('a page of another origin, in Chromium', reason), () => {
  it.each([
    ['with the key', { authorization: `Bearer ${key}`, 'content-type': 'application/json' }],
    ['with a simple request', { 'content-type': 'text/plain' }],
    ['with a form', { 'content-type': 'application/x-www-form-urlencoded' }],
  ])('reads and changes nothing %s', async (_what, headers) => {
    const answers = await page.evaluate(
      async ([base, given]) => {
        const ask = (path: string, init: RequestInit) =>
          fetch(base + path, init).then(
            async (answer) => `${answer.type} ${answer.status} ${await answer.text()}`,
            () => 'refused',
          );
        const post = { method: 'POST', headers: given, body: '{"action":"apply"}' };
        return [
          await ask('/_sandbox/v1/status', { headers: given }),
          await ask('/_sandbox/v1/do', post),
          await ask('/_sandbox/v1/do', { ...post, mode: 'no-cors' }),
          await ask('/_sandbox/v1/state', { mode: 'no-cors' }),
        ];
      },
      [hosted.authBase, headers] as const,
    );
    // What a page may send without asking is answered with nothing that it can read.
    expect(answers.map((answer) => answer.trim())).toEqual(['refused', 'refused', 'opaque 0', 'opaque 0']);
    expect(sandbox.happenings).toEqual([]);
    expect(defects).toEqual([]);
  });

  it('changes nothing by a form that it submits', async () => {
    const other = await browser.newPage();
    await other.goto(page.url());
    const answered = other.waitForResponse((response) => response.url().endsWith('/_sandbox/v1/do'));
    await other.setContent(`<form method="POST" enctype="text/plain" action="${hosted.authBase}/_sandbox/v1/do">
      <input name='{"action":"apply","set":{"x":"' value='"}}'><button>Win</button></form>`);
    await other.click('button');
    expect((await answered).status()).toBe(403);
    expect(sandbox.happenings).toEqual([]);
    await other.close();
  });

  it('is not the same origin under a host name that resolves to this machine', async () => {
    const other = await browser.newPage();
    const port = new URL(hosted.authBase).port;
    for (const path of ['/', '/_sandbox/v1/status', '/oauth/authorize']) {
      const answer = await other.goto(`http://rebound.attacker.com:${port}${path}`);
      expect([path, answer?.status()]).toEqual([path, 421]);
    }
    await other.close();
  });
});
