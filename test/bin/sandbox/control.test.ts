import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../support/http/free-port.ts';
import { consentingBrowser, ProgramRig } from '../../support/program/program-rig.ts';

let rig: ProgramRig;
let handler: Server | null;

beforeEach(() => {
  rig = new ProgramRig();
  handler = null;
});
afterEach(async () => {
  handler?.closeAllConnections();
  await new Promise((resolve) => (handler ? handler.close(resolve) : resolve(null)));
  await rig.close();
});

interface Ready {
  readonly [field: string]: string;
}

async function start(...args: readonly string[]) {
  const running = rig.start(['sandbox', 'start', '--port', '0', '-o', 'ndjson', ...args]);
  const [line] = await running.until('stdout', /^.*\n/);
  return { running, ready: JSON.parse(line) as Ready };
}

/** A webhook handler with scripted answers, then 204. */
async function startHandler(...statuses: readonly number[]): Promise<string> {
  const left = [...statuses];
  const server = createServer((request, reply) => {
    request.resume().once('end', () => reply.writeHead(left.shift() ?? 204).end());
  });
  handler = server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
}

describe('steering a running sandbox', () => {
  it('sends a delivery and says how it went', async () => {
    const { running } = await start('--webhook-url', await startHandler());
    const { code, stdout } = await rig.run([
      'sandbox',
      'trigger',
      'participant.registered',
      '--data',
      '{"a":1}',
      '--json',
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      event: 'participant.registered',
      state: 'delivered',
      attempts: [{ status: 204 }],
    });
    const [line] = await running.until('stdout', /^\{"type":"delivery".*\}$/m);
    expect(JSON.parse(line)).toMatchObject({ delivery_id: JSON.parse(stdout).delivery_id, state: 'delivered' });
  });

  it('reports each attempt while it waits', async () => {
    await start('--webhook-url', await startHandler(500), '--retry-scale', '0.2');
    const awaited = await rig.run(['sandbox', 'trigger', 'activity.updated', '--wait']);
    expect([awaited.code, awaited.stdout]).toEqual([0, expect.stringContaining('delivered after 2 attempts: 204')]);
    expect(awaited.stderr).toMatch(/^attempt 1: HTTP 500; retrying in \d+m?s\n$/);
  });

  it('fails when the handler refuses, and lists, retries and redelivers', async () => {
    await start('--webhook-url', await startHandler(500, 500, 500, 500, 500, 500), '--retry-scale', '0');
    const refused = await rig.run(['sandbox', 'trigger', 'activity.updated', '--wait', '--json']);
    expect(refused.code).toBe(1);
    const delivery = JSON.parse(refused.stdout);
    expect(delivery).toMatchObject({ state: 'dead' });
    expect(refused.stderr).toContain(`revento sandbox redeliver ${delivery.delivery_id}`);
    const dead = await rig.run(['sandbox', 'deliveries', '--state', 'dead', '--json']);
    expect(JSON.parse(dead.stdout)).toMatchObject([
      { delivery_id: delivery.delivery_id, tries: 6, last_error: 'HTTP 500' },
    ]);
    const again = await rig.run(['sandbox', 'redeliver', delivery.delivery_id, '--json']);
    const short = await rig.run([
      'sandbox',
      'redeliver',
      `${delivery.delivery_id.slice(0, 9).toUpperCase()}…`,
      '--json',
    ]);
    expect(JSON.parse(short.stdout).delivery_id).toBe(delivery.delivery_id);
    expect(again.code, again.stderr).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({ delivery_id: delivery.delivery_id, state: 'delivered' });
  });

  it('sends to the listener of `webhook listen` by default', async () => {
    const help = await rig.run(['sandbox', 'start', '--help']);
    expect(help.stdout.replace(/\s+/g, ' ')).toContain(
      '(default: the `webhook listen` of the profile, or http://localhost:4400/webhooks/revento)',
    );
    // Nothing is sent from here: somebody may be listening there.
    const running = rig.start(['sandbox', 'start', '--port', '0']);
    await running.until(
      'stdout',
      /revento -p sandbox webhook listen +# receive webhooks\n.*trigger.* # send a webhook/,
    );
  });

  it('says when there is nowhere to send to', async () => {
    const args = ['sandbox', 'exec', '--', 'sh', '-c', 'revento sandbox trigger activity.updated'];
    const { code, stderr } = await rig.run(args);
    expect(code).toBe(2);
    expect(stderr).toContain('--webhook-url');
  });

  it('says when none is running, and when none ever was', async () => {
    const never = await rig.run(['sandbox', 'reset']);
    expect([never.code, never.stderr]).toEqual([2, expect.stringContaining('revento sandbox start')]);
    const { running } = await start();
    running.kill('SIGINT');
    await running.ended;
    const gone = await rig.run(['sandbox', 'reset']);
    expect([gone.code, gone.stderr]).toEqual([5, expect.stringContaining('revento sandbox start')]);
  });

  it('that has ended is started again by the command of the hint, with its port', async () => {
    await start();
    const { running, ready } = await start();
    const port = new URL(ready['auth_base'] ?? '').port;
    running.kill('SIGINT');
    await running.ended;
    const hint = expect.stringContaining(`run: revento sandbox start --port ${port}\n`);
    for (const command of [['sandbox', 'trigger', 'activity.updated'], ['login']]) {
      const { code, stderr } = await rig.run(['-p', `sandbox-${port}`, ...command]);
      expect([code, stderr], command.join(' ')).toEqual([5, hint]);
    }
  });

  it('that has ended is reported by login immediately, instead of waiting for a page that cannot load', async () => {
    const { running } = await start();
    running.kill('SIGINT');
    await running.ended;
    const { code, stderr } = await rig.run(['-p', 'sandbox', 'login', '--timeout', '50s'], {
      env: { BROWSER: 'true' },
    });
    expect([code, stderr]).toEqual([5, expect.stringContaining('run: revento sandbox start')]);
    expect(stderr).not.toContain('Waiting');
  });

  it('refuses a misspelled type and names the one that is meant; a made-up one needs its flag', async () => {
    await start('--webhook-url', await startHandler());
    const misspelled = await rig.run(['sandbox', 'trigger', 'aplication.approved']);
    expect([misspelled.code, misspelled.stdout]).toEqual([2, '']);
    expect(misspelled.stderr).toMatch(/did you mean application\.approved\?.*--unknown-type/);
    expect(JSON.parse((await rig.run(['sandbox', 'deliveries', '--json'])).stdout)).toEqual([]);
    const made = await rig.run(['sandbox', 'trigger', 'badge.printed', '--unknown-type']);
    expect([made.code, made.stdout]).toEqual([0, expect.stringContaining('badge.printed')]);
    expect((await rig.run(['sandbox', 'trigger', 'application.approved'])).stderr).toBe('');
  });

  it('refuses bad data, types, events and ids before or after asking', async () => {
    await start('--webhook-url', await startHandler());
    const attempts = [
      [['trigger', 'activity.updated', '--data', '{broken'], 2, 'not valid JSON'],
      [['trigger', 'Not A Type'], 2, 'Unknown event type'],
      [['trigger', 'Not A Type', '--unknown-type'], 2, '"type" must be'],
      [['trigger', 'activity.updated', '--event', 'evt_nowhere'], 1, 'no such event'],
      [['redeliver', 'nonsense'], 2, 'UUID'],
      [['redeliver', '0000'], 2, 'No delivery has an id that begins with 0000.'],
      [['redeliver', '00000000-0000-4000-8000-000000000000'], 1, 'no delivery with this id'],
      [['deliveries', '--state', 'lost'], 2, 'pending, delivered, dead'],
    ] as const;
    for (const [args, code, message] of attempts) {
      const ended = await rig.run(['sandbox', ...args]);
      expect([ended.code, ended.stdout], args.join(' ')).toEqual([code, '']);
      expect(ended.stderr).toContain(message);
    }
  });

  it('injects faults and clears them, without ending logins', async () => {
    await start('--redirect-uri', `http://localhost:${await freePort()}/callback`);
    await rig.run(['-p', 'sandbox', 'login'], { env: { BROWSER: consentingBrowser() } });
    const ordered = await rig.run(['sandbox', 'fault', 'api:event_not_authorized', '--json']);
    expect(JSON.parse(ordered.stdout)).toEqual([{ fault: 'api:event_not_authorized', hits: 0, remaining: null }]);
    const refused = await rig.run(['-p', 'sandbox', 'events', 'get']);
    expect([refused.code, refused.stderr]).toEqual([4, expect.stringContaining('event_not_authorized')]);
    const cleared = await rig.run(['sandbox', 'fault', '--clear']);
    expect([cleared.code, cleared.stderr]).toEqual([0, expect.stringContaining('Cleared all faults')]);
    expect((await rig.run(['-p', 'sandbox', 'events', 'get'])).code).toBe(0);
    // README's own order.
    await rig.run(['sandbox', 'fault', 'api:503x2']);
    expect((await rig.run(['-p', 'sandbox', 'participants', 'list'])).code).toBe(0);
    const struck = await rig.run(['sandbox', 'fault', '--json']);
    expect(JSON.parse(struck.stdout)).toEqual([{ fault: 'api:503x2', hits: 2, remaining: 0 }]);
    const wrong = await rig.run(['sandbox', 'fault', '--clear', 'api:explode']);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('effects of api are')]);
  });

  it('revokes a login permanently', async () => {
    const { ready } = await start(
      ...['--redirect-uri', `http://localhost:${await freePort()}/callback`, '--webhook-url', await startHandler()],
    );
    expect(ready['redirect_uri']).not.toContain(':3000');
    const login = await rig.run(['-p', 'sandbox', 'login'], { env: { BROWSER: consentingBrowser() } });
    expect(login.code, login.stderr).toBe(0);
    expect(JSON.parse((await rig.run(['sandbox', 'revoke', '--json'])).stdout)).toMatchObject({ revoked: 1 });
    const call = await rig.run(['-p', 'sandbox', 'events', 'get']);
    expect([call.code, call.stderr]).toEqual([4, expect.stringContaining('token_revoked')]);
    expect(existsSync(join(rig.home, 'config/revento'))).toBe(true);
  });
});

describe('a profile that does not exist', () => {
  it.each([['status'], ['do', 'suspend'], ['env']])(
    'is not taken for that of the running sandbox: sandbox %s',
    async (...words) => {
      await start();
      const { code, stdout, stderr } = await rig.run(['-p', 'sandbx', 'sandbox', ...words]);
      expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining('The profile "sandbx" does not exist.')]);
    },
  );

  it('differs from an existing profile without a sandbox: there the running sandbox is used', async () => {
    await start();
    await rig.run(['-p', 'live', 'config', 'set', 'client_id', 'app_1']);
    expect((await rig.run(['-p', 'live', 'sandbox', 'status'])).code).toBe(0);
  });
});

describe('consent', () => {
  it.each([
    ['https://example.com/oauth/authorize', 'Only a page on this machine'],
    ['http://localhost.evil.example/', 'Only a page on this machine'],
    ['not a url', 'Only a page on this machine'],
    ['file:///etc/passwd', 'Only a page on this machine'],
  ])('does not visit %s', async (url, message) => {
    const { code, stderr } = await rig.run(['sandbox', 'consent', url]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  it('fails when the page is an error page', async () => {
    const { ready } = await start();
    const { code, stderr } = await rig.run(['sandbox', 'consent', `${ready['auth_base']}/oauth/authorize`]);
    expect(code).toBe(1);
    expect(stderr).toContain('returned 400');
  });
});
