import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { lackOfBrowser, useDeliveriesPage } from '../../support/deliveries-page.ts';
import { withReason } from '../../support/needs.ts';

const at = useDeliveriesPage();
const test = it.skipIf(lackOfBrowser !== null);

describe(withReason('the page and strangers', lackOfBrowser), () => {
  test('without its key shows how to open it, and no data', async () => {
    const context = await at.browser.newContext();
    const stranger = await context.newPage();
    await stranger.goto(at.address.split('#')[0] ?? '');
    await stranger.getByText('This page is closed').waitFor();
    await context.close();
  });

  test('a page of another origin reads nothing and sends nothing', async () => {
    await at.send();
    await at.rows().first().waitFor();
    const [base = '', key = ''] = at.address.split('#key=');
    const script = `(async () => {
      const tries = [];
      const attempt = async (name, work) => tries.push(name + ': ' + await work().catch(() => 'refused'));
      const headers = { Authorization: 'Bearer ${key}' };
      await attempt('read', async () => (await fetch('${base}session')).status);
      await attempt('read with the key', async () => (await fetch('${base}session', { headers })).status);
      await attempt('read blindly', async () => (await fetch('${base}session', { mode: 'no-cors' })).type);
      await attempt('load the script', () => new Promise((resolve, reject) => {
        const one = document.createElement('script');
        one.src = '${base}at.page.js'; one.onload = () => resolve('loaded'); one.onerror = reject;
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
    const context = await at.browser.newContext();
    const stranger = await context.newPage();
    await stranger.goto(`http://127.0.0.1:${(foreign.address() as AddressInfo).port}/`);
    const tries = await stranger.evaluate<string[]>(script);
    await context.close();
    foreign.closeAllConnections();
    await new Promise((resolve) => foreign.close(resolve));
    expect(tries).toHaveLength(7);
    expect(tries.filter((one) => !one.endsWith(': refused'))).toEqual([]);
    expect(at.target.got).toHaveLength(1);
  });
});
