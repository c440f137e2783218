import { readdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProgramRig } from '../../support/program/program-rig.ts';

let rig: ProgramRig;
let handler: Server | null;
beforeEach(() => {
  rig = new ProgramRig();
  handler = null;
});
afterEach(async () => {
  await new Promise((resolve) => (handler ? handler.close(resolve) : resolve(null)));
  await rig.close();
});

async function sandbox(...args: string[]) {
  const running = rig.start(['sandbox', 'start', '--port', '0', '-o', 'ndjson', ...args]);
  await running.until('stdout', /^\{"type":"ready".*\}$/m);
  return running;
}

async function listen(profile = 'sandbox') {
  const running = rig.start(['-p', profile, 'webhook', 'listen', '--port', '0', '-o', 'ndjson']);
  const [line] = await running.until('stdout', /^\{"type":"ready".*\}$/m);
  return { running, url: String(JSON.parse(line).url) };
}

const trigger = () => rig.run(['sandbox', 'trigger', 'application.approved']);
const received = /^\{"type":"delivery".*"verified":true.*\}$/m;

describe('the sandbox delivers to the listener of its profile, whatever its port', () => {
  it('that starts after it', async () => {
    const running = await sandbox();
    const { running: listener, url } = await listen();
    const sent = await trigger();
    expect(sent.code, sent.stderr).toBe(0);
    await listener.until('stdout', received);
    await running.until('stderr', new RegExp(`deliveries go to ${url} \\(webhook listen, pid ${listener.pid}\\)`));
    expect(JSON.parse((await rig.run(['sandbox', 'status', '--json'])).stdout).webhook_url).toBe(url);
  });

  it('that starts before it', async () => {
    // The profile has its signing secret from the first start.
    const first = await sandbox();
    first.kill('SIGINT');
    await first.ended;
    const { running: listener } = await listen();
    await sandbox();
    expect((await trigger()).code).toBe(0);
    await listener.until('stdout', received);
  });

  it('the newest of several, and says so', async () => {
    const running = await sandbox();
    const first = await listen();
    const second = await listen();
    await second.running.until('stderr', new RegExp(`another listener of the profile "sandbox" runs at ${first.url}`));
    expect((await trigger()).code).toBe(0);
    await second.running.until('stdout', received);
    await running.until('stderr', /the newest of 2 listeners/);
    expect(first.running.stdout).not.toMatch(received);
  });

  it.each(['SIGINT', 'SIGKILL'] as const)('and forgets one that ended with %s', async (signal) => {
    const running = await sandbox();
    const first = await listen();
    const second = await listen();
    second.running.kill(signal);
    await second.running.ended;
    expect((await trigger()).code).toBe(0);
    await first.running.until('stdout', received);
    expect(readdirSync(join(rig.home, 'config/revento/listeners/sandbox'))).toHaveLength(1);
    expect(running.stderr).not.toContain('newest of');
  });
});

it('goes to --webhook-url, even if something else listens', async () => {
  let count = 0;
  handler = createServer((request, reply) => {
    count++;
    request.resume().once('end', () => reply.writeHead(204).end());
  });
  await new Promise<void>((resolve) => handler?.listen(0, '127.0.0.1', resolve));
  await sandbox('--webhook-url', `http://127.0.0.1:${(handler.address() as AddressInfo).port}/hook`);
  const { running } = await listen();
  expect((await trigger()).code).toBe(0);
  expect(count).toBe(1);
  expect(running.stdout).not.toMatch(received);
});

it('a listener of another profile is not found', async () => {
  await sandbox();
  const secret = 'a-secret-of-another-profile';
  const other = rig.start(['-p', 'work', 'webhook', 'listen', '--port', '0', '-o', 'ndjson'], {
    env: { REVENTO_WEBHOOK_SECRET: secret },
  });
  await other.until('stdout', /^\{"type":"ready".*\}$/m);
  const { webhook_url: url } = JSON.parse((await rig.run(['sandbox', 'status', '--json'])).stdout);
  expect(url).toBe('http://localhost:4400/webhooks/revento');
});
