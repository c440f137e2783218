import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePort } from '../../support/http/free-port.ts';
import { lackOf } from '../../support/program/needs.ts';
import { ProgramRig } from '../../support/program/program-rig.ts';

/** Debian's own Python: its packages are python3-flask and python3-requests. */
const python = '/usr/bin/python3';
const script = join(import.meta.dirname, '../../support/sandbox/integrator.py');
let rig: ProgramRig;
let integrator: ChildProcess | null;
let app: string;

const reason = lackOf('flask', 'requests');
beforeEach(async () => {
  rig = new ProgramRig();
  app = `http://localhost:${await freePort()}`;
  integrator = null;
});
afterEach(async () => {
  if (integrator !== null && integrator.exitCode === null) {
    const ended = new Promise((resolve) => integrator?.once('exit', resolve));
    integrator.kill('SIGKILL');
    await ended;
  }
  await rig.close();
});

/** Starts the integration and waits until it serves. */
async function startIntegrator(env: Readonly<Record<string, string>>): Promise<void> {
  let output = '';
  const child = spawn(python, [script], { env: { PATH: process.env['PATH'] ?? '', PORT: new URL(app).port, ...env } });
  integrator = child;
  await new Promise<void>((resolve, reject) => {
    const onData = (chunk: Buffer) => {
      output += chunk;
      if (/Running on/.test(output)) resolve();
    };
    child.stdout.on('data', onData);
    child.stderr.on('data', onData);
    child.once('exit', (code) => reject(new Error(`the integration ended with ${code}: ${output}`)));
  });
}

const read = async (path: string, method = 'GET') =>
  (await fetch(`${app}${path}`, { method })).json() as Promise<Record<string, unknown>>;

it.skipIf(reason !== null)(
  'an integration written from the guide in Python logs in, reads, refreshes and receives webhooks',
  async () => {
    const sandbox = rig.start([
      ...['sandbox', 'start', '--port', '0', '-o', 'ndjson', '--redirect-uri', `${app}/callback`],
      ...['--webhook-url', `${app}/webhooks/revento`],
    ]);
    const ready = JSON.parse((await sandbox.until('stdout', /^\{"type":"ready".*\}$/m))[0]);
    await startIntegrator({
      REVENTO_AUTH_BASE: ready.auth_base,
      REVENTO_API_BASE: ready.api_base,
      REVENTO_CLIENT_ID: ready.client_id,
      REVENTO_CLIENT_SECRET: ready.client_secret,
      REVENTO_WEBHOOK_SECRET: ready.webhook_secret,
      SANDBOX_EVENT_ID: ready.event_id,
    });

    const consent = await rig.run(['sandbox', 'consent', `${app}/connect`, '--json']);
    expect(consent.stderr).toBe('');
    expect(JSON.parse(consent.stdout)).toEqual({ decision: 'allow', landed_on: `${app}/participants`, status: 200 });

    const { organization_id: organizationId, participants } = await read('/participants');
    expect(organizationId).toBe('org_test_formal');
    expect(participants).toHaveLength(42);
    expect(await read('/refresh', 'POST')).toEqual({ is_rotated: true });
    expect((await read('/participants'))['participants']).toHaveLength(42);

    const trigger = await rig.run(['sandbox', 'trigger', 'application.approved', '--json']);
    expect(trigger.code, trigger.stderr).toBe(0);
    const deliveries = (await read('/deliveries')) as unknown as { id: string; envelope: Record<string, unknown> }[];
    expect(deliveries).toMatchObject([
      {
        id: JSON.parse(trigger.stdout).delivery_id,
        envelope: { type: 'application.approved', event_id: 'evt_test_published' },
      },
    ]);

    const denied = await rig.run(['sandbox', 'consent', `${app}/connect`, '--deny', '--json']);
    expect(JSON.parse(denied.stdout)).toMatchObject({ decision: 'deny', landed_on: `${app}/callback`, status: 403 });
  },
);
