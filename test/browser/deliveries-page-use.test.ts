import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect } from 'vitest';
import {
  address,
  browser,
  open,
  page,
  reason,
  rig,
  rows,
  secret,
  send,
  target,
  test,
  useDeliveriesPage,
  violations,
} from '../support/deliveries-page-rig.ts';
import { envelope } from '../support/delivery.ts';
import { withReason } from '../support/needs.ts';

useDeliveriesPage();

describe(withReason('the page of deliveries in use', reason), () => {
  test('filters, survives a reload, pauses, clears and brings back', async () => {
    await send();
    await send({ type: 'activity.updated', body: envelope('activity.updated') });
    await page.locator('#filter').fill('type:activity.*');
    await page.getByText('1 of 2').waitFor();
    await page.reload();
    await page.getByText('1 of 2').waitFor();
    await page.locator('#filter').fill('status:nine');
    await page.getByText('status: takes a status such as 503').waitFor();
    await page.locator('#filter').fill('');
    await page.getByRole('button', { name: 'Pause' }).click();
    await send();
    await page.getByRole('button', { name: 'Resume (1 new)' }).click();
    await page.getByText('3 deliveries').waitFor();
    await page.getByRole('button', { name: 'Clear', exact: true }).click();
    await page.getByText('No deliveries yet.').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('3 deliveries').waitFor();
  });

  test('copies a curl command with the bytes as they came', async () => {
    const body = envelope();
    await send({ body });
    await rows().first().click();
    await page.getByText('Copy', { exact: true }).click();
    await page.getByRole('button', { name: 'curl command' }).click();
    await page.getByText('Copied: curl command.').waitFor();
    const copied = await page.evaluate<string>('navigator.clipboard.readText()');
    expect(copied).toContain(body);
    expect(copied).toContain('--data-binary @-');
  });

  test('can be used by keyboard alone', async () => {
    await send();
    await send({ type: 'application.revision_requested', body: envelope('application.revision_requested') });
    await rows().nth(1).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.getByRole('heading', { level: 2, name: 'application.approved' }).waitFor();
    await page.keyboard.press('n');
    await page.getByRole('heading', { level: 2, name: 'application.revision_requested' }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('jk2');
    expect(await page.locator('#filter').inputValue()).toBe('jk2');
    await page.keyboard.press('Escape');
    expect(await page.evaluate('document.activeElement.id')).toBe('deliveries');
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('next delivery that failed').waitFor();
    await page.keyboard.press('Escape');
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  test.each(['light', 'dark'] as const)('has no fault that axe finds, in %s', async (colorScheme) => {
    await send();
    const body = envelope();
    await send({ body, signedBody: `${body} ` });
    const other = await open({ colorScheme });
    await other.locator('#deliveries tbody tr').nth(1).waitFor();
    const found = await violations(other);
    await other.locator('#deliveries tbody tr').first().click();
    for (const tab of ['1', '2', '3', '4', '5']) {
      await other.keyboard.press(tab);
      await other.locator('#panel').waitFor();
      found.push(...(await violations(other)).map((one) => `tab ${tab}: ${one}`));
    }
    await other.keyboard.press('?');
    found.push(...(await violations(other)).map((one) => `help: ${one}`));
    await other.context().close();
    expect(found).toEqual([]);
  });

  test.each([320, 900])('fits into %i px', async (width) => {
    await send();
    const other = await open({ width });
    await other.locator('#deliveries tbody tr').first().click();
    for (const tab of ['1', '2', '4', '5']) {
      await other.keyboard.press(tab);
      const [needed, has] = await other.evaluate<[number, number]>(
        '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
      );
      expect(needed).toBeLessThanOrEqual(has);
    }
    await other.context().close();
  });

  test('without its key shows how to open it, and no data', async () => {
    const context = await browser.newContext();
    const stranger = await context.newPage();
    await stranger.goto(address.split('#')[0] ?? '');
    await stranger.getByText('This page is closed').waitFor();
    await context.close();
  });

  test('a page of another origin reads nothing and sends nothing', async () => {
    await send();
    await rows().first().waitFor();
    const [base = '', key = ''] = address.split('#key=');
    const script = `(async () => {
      const tries = [];
      const attempt = async (name, work) => tries.push(name + ': ' + await work().catch(() => 'refused'));
      const headers = { Authorization: 'Bearer ${key}' };
      await attempt('read', async () => (await fetch('${base}session')).status);
      await attempt('read with the key', async () => (await fetch('${base}session', { headers })).status);
      await attempt('read blindly', async () => (await fetch('${base}session', { mode: 'no-cors' })).type);
      await attempt('load the script', () => new Promise((resolve, reject) => {
        const one = document.createElement('script');
        one.src = '${base}page.js'; one.onload = () => resolve('loaded'); one.onerror = reject;
        document.head.append(one);
      }));
      await attempt('stream', () => new Promise((resolve, reject) => {
        const one = new EventSource('${base}events');
        one.onopen = () => resolve('open'); one.onerror = () => { one.close(); reject(); };
      }));
      await attempt('socket', () => new Promise((resolve, reject) => {
        const one = new WebSocket('${base.replace('http', 'ws')}events');
        one.onopen = () => resolve('open'); one.onerror = reject;
      }));
      await attempt('post', async () => (await fetch('${base}deliveries/1/send', {
        method: 'POST', headers: { ...headers, 'Content-Type': 'application/json' }, body: '{"target":0,"resign":true}' })).status);
      return tries;
    })()`;
    const foreign: Server = createServer((_request, reply) =>
      reply.setHeader('Content-Type', 'text/html').end('<h1>x</h1>'),
    );
    await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve));
    const context = await browser.newContext();
    const stranger = await context.newPage();
    await stranger.goto(`http://127.0.0.1:${(foreign.address() as AddressInfo).port}/`);
    const tries = await stranger.evaluate<string[]>(script);
    await context.close();
    foreign.closeAllConnections();
    await new Promise((resolve) => foreign.close(resolve));
    expect(tries).toHaveLength(7);
    expect(tries.filter((one) => !one.endsWith(': refused'))).toEqual([]);
    expect(target.got).toHaveLength(1);
  });

  test('opens a recording without a listener, and replays from it', async () => {
    const body = envelope();
    const file = `${rig.home}/deliveries.ndjson`;
    await send({ body });
    await rows().first().click();
    await page.getByText('Copy', { exact: true }).click();
    await page.getByRole('button', { name: 'NDJSON line' }).click();
    await page.getByText('Copied: NDJSON line.').waitFor();
    writeFileSync(file, `${await page.evaluate<string>('navigator.clipboard.readText()')}\n`);
    const env = { REVENTO_WEBHOOK_SECRET: secret };
    const running = rig.start(['inspect', file, '--to', target.url, '--ui-port', '0'], { env });
    const [, opened = ''] = await running.until('stderr', /^page: (\S+)$/m);
    await page.goto(opened);
    await page.getByText('recording', { exact: true }).waitFor();
    await rows().first().click();
    await page.getByRole('button', { name: 'Replay, signed again' }).click();
    await page.getByText('The handler answered 200.').waitFor();
    expect(target.got.map((got) => got.body.toString())).toEqual([body, body]);
    running.kill('SIGINT');
    expect((await running.ended).code).toBe(130);
  });

  test('loses none of a burst while it is open', async () => {
    // Fewer at once than the listener takes connections: one more may be dropped.
    for (let sent = 0; sent < 300; sent += 50) await Promise.all(Array.from({ length: 50 }, () => send()));
    await page.getByText('300 deliveries').waitFor();
    expect(await rows().count()).toBeLessThan(60);
  });
});
