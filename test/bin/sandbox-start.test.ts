import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { consentingBrowser, ProgramRig } from '../support/program-rig.ts';
import { dial, rawExchange } from '../support/raw-http.ts';

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

/** A webhook handler that answers as told, then with 204. */
async function startHandler(...statuses: readonly number[]): Promise<string> {
  const left = [...statuses];
  const server = createServer((request, reply) => {
    request.resume().once('end', () => reply.writeHead(left.shift() ?? 204).end());
  });
  handler = server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
}

describe('starting', () => {
  it('prints exactly the ready line once the socket accepts', async () => {
    const { running, ready } = await start();
    expect(Object.keys(ready)).toEqual([
      ...['type', 'auth_base', 'api_base', 'client_id', 'client_secret', 'webhook_secret', 'event_id', 'redirect_uri'],
    ]);
    expect(ready).toMatchObject({
      type: 'ready',
      auth_base: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      api_base: `${ready['auth_base']}/api/v1`,
      event_id: 'evt_test_published',
      redirect_uri: 'http://localhost:3000/callback',
    });
    (await dial(Number(new URL(ready['auth_base'] ?? '').port))).destroy();
    expect(running.stderr).toBe('');
  });

  it('then prints one line a request, without the query', async () => {
    const { running, ready } = await start();
    await fetch(`${ready['api_base']}/events/x?code=not-for-logs`, { headers: { 'X-Revento-Request-Id': 'r1' } });
    const [line] = await running.until('stdout', /^\{"type":"request".*\}$/m);
    expect(JSON.parse(line)).toMatchObject({
      method: 'GET',
      path: '/api/v1/events/x',
      status: 401,
      request_id: 'r1',
      error: 'invalid_token',
    });
    expect(running.stdout).not.toContain('not-for-logs');
  });

  it.each([
    [[], 421],
    [['--host', 'localhost'], 421],
    [['--host', '0.0.0.0'], 200],
  ])('with %j answers a page of a name that was pointed here with %i', async (args, status) => {
    const { ready } = await start(...args);
    const port = Number(new URL(ready['auth_base'] ?? '').port);
    const answered = async (host: string) =>
      (await rawExchange(port, { pieces: [`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`] })).status;
    expect(await answered('evil.com')).toBe(status);
    expect(await answered(`localhost:${port}`)).toBe(200);
  });

  it('shows a newcomer what to type', async () => {
    const running = rig.start(['sandbox', 'start', '--port', '0']);
    await running.until('stdout', /Requests appear below/);
    for (const part of [
      'revento -p sandbox login',
      'revento -p sandbox participants list',
      'revento sandbox --help',
      'REVENTO_AUTH_BASE',
      'SANDBOX_EVENT_ID',
    ]) {
      expect(running.stdout).toContain(part);
    }
  });

  it('keeps its credentials from one start to the next, and the profile without a plain secret', async () => {
    const first = await start();
    first.running.kill('SIGINT');
    await first.running.ended;
    const second = await start();
    for (const name of ['client_id', 'client_secret', 'webhook_secret'])
      expect(second.ready[name]).toBe(first.ready[name]);
    const config = readFileSync(join(rig.home, 'config/revento/config.json'), 'utf8');
    expect(config).toContain(second.ready['auth_base']);
    expect(config).not.toContain(second.ready['client_secret']);
  });

  it('with --fresh forgets the logins of the one before, also where they cannot be opened', async () => {
    const { running } = await start(
      '--auto-consent',
      '--redirect-uri',
      `http://localhost:${await freePort()}/callback`,
    );
    expect(
      (
        await rig.run(['-p', 'sandbox', 'login'], {
          env: { BROWSER: consentingBrowser() },
        })
      ).code,
    ).toBe(0);
    running.kill('SIGINT');
    await running.ended;
    const stored = join(rig.home, 'config/revento/auth/sandbox/installation-evt_test_published.json');
    truncateSync(stored, 40);
    const again = await start('--fresh');
    expect(existsSync(stored)).toBe(false);
    expect(again.running.stderr).toContain(
      "The previous sandbox's login is no longer valid. Log in again: revento -p sandbox login",
    );
  });

  it('beside one that runs leaves profile and login to it, and is reached by a profile of its own', async () => {
    const redirectUri = `http://localhost:${await freePort()}/callback`;
    const first = await start('--auto-consent', '--redirect-uri', redirectUri);
    expect((await rig.run(['-p', 'sandbox', 'login'], { env: { BROWSER: consentingBrowser() } })).code).toBe(0);
    const second = await start();
    const profile = `sandbox-${new URL(second.ready['auth_base'] ?? '').port}`;
    await second.running.until('stderr', new RegExp(`this one uses the profile "${profile}"`));
    expect(second.ready['client_secret']).not.toBe(first.ready['client_secret']);
    expect((await rig.run(['-p', 'sandbox', 'participants', 'list'])).code).toBe(0);

    await rig.run(['-p', profile, 'sandbox', 'fault', 'api:500x1']);
    expect((await rig.run(['sandbox', 'fault', '-o', 'ndjson'])).stdout).toBe('');
    expect((await rig.run(['-p', profile, 'sandbox', 'fault', '-o', 'ndjson'])).stdout).toContain('api:500x1');
    const rotated = await rig.run(['-p', profile, 'sandbox', 'rotate', '--jq', '.webhook_secret']);
    expect(rotated.code).toBe(0);
    const shown = (await rig.run(['-p', profile, 'sandbox', 'reset'])).stdout;
    expect(shown).toContain(`run: revento -p ${profile} login`);
    expect((await rig.run(['-p', 'sandbox', 'participants', 'list'])).code).toBe(0);
  });

  it('takes no credentials from the environment: they may be the real ones', async () => {
    const secret = randomBytes(24).toString('hex');
    const running = rig.start(['sandbox', 'start', '--port', '0', '-o', 'ndjson'], {
      env: {
        REVENTO_CLIENT_ID: 'client_real',
        REVENTO_CLIENT_SECRET: secret,
        REVENTO_WEBHOOK_SECRET: secret,
        SANDBOX_EVENT_ID: 'evt_real',
      },
    });
    const [line] = await running.until('stdout', /^.*\n/);
    expect(line).not.toContain(secret);
    expect(line).not.toContain('client_real');
    await running.until('stderr', /REVENTO_CLIENT_ID in your environment takes precedence over the profile "sandbox"/);
  });

  it('registers the redirect URI that the environment names', async () => {
    const uri = 'http://localhost:5000/oauth/back';
    const running = rig.start(['sandbox', 'start', '--port', '0', '-o', 'ndjson', '--auto-consent'], {
      env: { REVENTO_REDIRECT_URI: uri },
    });
    const ready = JSON.parse((await running.until('stdout', /^.*\n/))[0]);
    expect(ready.redirect_uri).toBe(uri);
    const query = new URLSearchParams({ client_id: ready.client_id, redirect_uri: uri });
    const answer = await fetch(`${ready.auth_base}/oauth/authorize?${query}`, { redirect: 'manual' });
    expect(answer.headers.get('location')).toMatch(`${uri}?error=invalid_request`);
  });

  it('logs no failure when this tool itself looks whether the sandbox is there', async () => {
    const { running } = await start('--redirect-uri', `http://localhost:${await freePort()}/callback`);
    const login = await rig.run(['-p', 'sandbox', 'login'], { env: { BROWSER: consentingBrowser() } });
    expect(login.code, login.stderr).toBe(0);
    await rig.run(['-p', 'sandbox', 'doctor']);
    await running.until('stdout', /"path":"\/api\/v1"/);
    const entries = running.stdout
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => JSON.parse(line));
    expect(entries.filter(({ status }) => status >= 400)).toEqual([]);
  });

  it('suggests --port for a number after -p', async () => {
    const { code, stderr } = await rig.run(['sandbox', 'start', '-p', '4011']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('for a port, use --port 4011')]);
  });

  it('takes its own logins where no integration listens, and where its hint says when that port is taken', async () => {
    const { ready } = await start();
    expect(ready['redirect_uri']).toBe('http://localhost:3000/callback');
    // Taken by this test, or by somebody else on this machine: either will do.
    const blocker = createServer().on('error', () => undefined);
    await new Promise<void>((resolve) => blocker.listen(4404, '127.0.0.1', resolve).once('error', () => resolve()));
    const env = { BROWSER: consentingBrowser() };
    const refused = await rig.run(['-p', 'sandbox', 'login'], { env });
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('Port 4404 is already in use')]);
    const [, uri = ''] = /--redirect-uri (\S+)/.exec(refused.stderr) ?? [];
    const taken = await rig.run(['-p', 'sandbox', 'login', '--redirect-uri', uri], { env });
    blocker.close();
    expect(taken.code, taken.stderr).toBe(0);
  });

  it('ends with 130 on Ctrl-C and frees the port at once', async () => {
    const { running, ready } = await start();
    const port = Number(new URL(ready['auth_base'] ?? '').port);
    const idle = await dial(port);
    running.kill('SIGINT');
    const { code, stdout } = await running.ended;
    expect(code).toBe(130);
    expect(stdout.trim().split('\n')).toHaveLength(1);
    await expect(dial(port)).rejects.toThrow('ECONNREFUSED');
    idle.destroy();
  });

  it('says that the port is taken, and how to take another', async () => {
    const port = await freePort();
    const first = rig.start(['sandbox', 'start', '--port', `${port}`, '-o', 'ndjson']);
    await first.until('stdout', /ready/);
    const second = await rig.run(['sandbox', 'start', '--port', `${port}`]);
    expect(second.code).toBe(1);
    expect(second.stdout).toBe('');
    expect(second.stderr).toContain(`Port ${port} is already in use`);
    expect(second.stderr).toContain(`revento sandbox start --port ${port + 1}`);
  });

  it.each([
    [['--port', 'http'], '--port must be a whole number'],
    [['--port', '70000'], '--port must be a whole number'],
    [['--fault', 'token:explode'], 'effects of token are'],
    [['--event', 'evt_nowhere'], 'has no event "evt_nowhere"'],
    [['--participants', 'many'], '--participants must be a whole number'],
    [['--nonsense'], "unknown option '--nonsense'"],
  ])('refuses %j with exit code 2', async (args, message) => {
    const { code, stdout, stderr } = await rig.run(['sandbox', 'start', '--port', '0', ...args]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });

  it('says why an address cannot be served on', async () => {
    const { code, stderr } = await rig.run(['sandbox', 'start', '--port', '0', '--host', '192.0.2.1']);
    expect(code).toBe(1);
    expect(stderr).toContain('Cannot listen on 192.0.2.1');
  });
});

describe('the env file', () => {
  it('is private, complete, and keeps its other lines', async () => {
    const file = join(rig.home, 'app.env');
    writeFileSync(file, 'PORT=3000\nREVENTO_CLIENT_ID=old\n', { mode: 0o644 });
    const { ready } = await start('--write-env', file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const text = readFileSync(file, 'utf8');
    expect(text).toMatch(/^PORT=3000\n/);
    expect(text).toContain(`REVENTO_CLIENT_ID=${ready['client_id']}\n`);
    expect(text).toContain(`REVENTO_CLIENT_SECRET=${ready['client_secret']}\n`);
    expect(text).toContain(`SANDBOX_EVENT_ID=evt_test_published\n`);
  });

  it('that cannot be written ends the start', async () => {
    const { code, stdout, stderr } = await rig.run([
      'sandbox',
      'start',
      '--port',
      '0',
      '-o',
      'ndjson',
      '--write-env',
      join(rig.home, 'no/such/file'),
    ]);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('ENOENT');
  });
});

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

  it('sends to where `webhook listen` listens unless told otherwise', async () => {
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

  it('that has ended is told to a login at once, which would wait for a page nobody can load', async () => {
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
      [['trigger', 'Not A Type', '--unknown-type'], 2, 'Type must be'],
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

  it('misbehaves from now on, and behaves again, while logins live on', async () => {
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

  it('revokes a login: the API says so for good', async () => {
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
    'does not stand for the running sandbox: sandbox %s',
    async (...words) => {
      await start();
      const { code, stdout, stderr } = await rig.run(['-p', 'sandbx', 'sandbox', ...words]);
      expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining('The profile "sandbx" does not exist.')]);
    },
  );

  it('is another matter than a profile that is not a sandbox: only one sandbox can be meant', async () => {
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
