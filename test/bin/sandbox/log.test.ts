import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../support/http/free-port.ts';
import { consentingBrowser, ProgramRig } from '../../support/program/program-rig.ts';

let rig: ProgramRig;
let handler: Server;
let args: readonly string[];

beforeEach(async () => {
  rig = new ProgramRig();
  handler = createServer((request, reply) => request.resume().once('end', () => reply.writeHead(204).end()));
  await new Promise<void>((resolve) => handler.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(handler.address() as AddressInfo).port}/hook`;
  args = ['--port', String(await freePort()), '--webhook-url', url];
});
afterEach(async () => {
  handler.closeAllConnections();
  await new Promise((resolve) => handler.close(resolve));
  await rig.close();
});

async function start() {
  const redirect = ['--redirect-uri', `http://localhost:${await freePort()}/callback`];
  const running = rig.start(['sandbox', 'start', '-o', 'ndjson', ...args, ...redirect]);
  await running.until('stdout', /^\{"type":"ready".*\}$/m);
  return running;
}
const log = async (...flags: string[]) => rig.run(['sandbox', 'log', ...flags]);
const entries = async (...flags: string[]) => JSON.parse((await log('--json', ...flags)).stdout);

/** A login, a happening with its delivery, and a call of the API. */
async function anEvening(): Promise<{ readonly subject: string; readonly token: string }> {
  await rig.run(['-p', 'sandbox', 'login'], { env: { BROWSER: consentingBrowser() } });
  const done = await rig.run(['sandbox', 'trigger', 'application.approved', '--json']);
  await rig.run(['-p', 'sandbox', 'events', 'get']);
  const token = (await rig.run(['-p', 'sandbox', 'token'])).stdout.trim();
  return { subject: JSON.parse(done.stdout).happened[0].subject.id, token };
}

describe('sandbox log', () => {
  it('is one timeline of requests, happenings and deliveries, without a secret', async () => {
    await start();
    const { subject, token } = await anEvening();
    const all = await entries();
    expect(all.map(({ kind }: { kind: string }) => kind)).toEqual(
      expect.arrayContaining(['request', 'happening', 'delivery']),
    );
    expect(all.map(({ at }: { at: string }) => Date.parse(at))).not.toContain(Number.NaN);
    const what = all.map((entry: { what: string }) => entry.what);
    expect(what.indexOf('POST /oauth/token')).toBeLessThan(what.indexOf('approve'));
    expect(what.indexOf('approve')).toBeLessThan(what.indexOf('application.approved'));
    const { stdout: secrets } = await rig.run(['sandbox', 'env', '--format', 'json']);
    const {
      REVENTO_CLIENT_SECRET: secret,
      REVENTO_WEBHOOK_SECRET: signing,
      REVENTO_SANDBOX_KEY: key,
    } = JSON.parse(secrets);
    for (const hidden of [token, secret, signing, key]) expect(JSON.stringify(all)).not.toContain(hidden);

    const about = await entries('--subject', subject);
    expect(about.map(({ kind }: { kind: string }) => kind)).toEqual(['happening', 'delivery']);
    expect(about[0]).toMatchObject({ outcome: 'pending → approved', about: subject });
    expect(about[1]).toMatchObject({ outcome: '204 delivered', about: subject });
    expect((await entries('--kind', 'delivery')).length).toBe(1);

    const table = await log('--kind', 'happening');
    expect(table.stdout).toMatch(
      /^TIME \(UTC\) +KIND +WHAT +ABOUT +OUTCOME\n\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +happening +connect +con_\w+ +new\n/,
    );
    const csv = await log('-o', 'csv', '--kind', 'delivery');
    expect(csv.stdout).toMatch(/^time,kind,what,about,outcome,/);
    const lines = (await log('-o', 'ndjson')).stdout.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).kind)).toEqual(expect.arrayContaining(['request', 'happening']));
  });

  it('looks back a while, by the time of the sandbox', async () => {
    await start();
    await rig.run(['sandbox', 'do', 'approve']);
    await rig.run(['sandbox', 'clock', 'advance', '91d']);
    expect(await entries('--kind', 'happening', '--since', '92d')).toHaveLength(1);
    await rig.run(['sandbox', 'do', 'apply']);
    const recent = await entries('--kind', 'happening', '--since', '10m');
    expect(recent.map(({ action }: { action: string }) => action)).toEqual(['apply']);
    const [, second] = await entries('--kind', 'happening');
    expect(await entries('--kind', 'happening', '--since', second.at)).toEqual([second]);
  });

  it('follows until Ctrl-C, and prints each entry once', async () => {
    await start();
    await rig.run(['sandbox', 'do', 'approve']);
    const following = rig.start(['sandbox', 'log', '--follow', '--kind', 'happening', '-o', 'ndjson']);
    await following.until('stdout', /"action":"approve"/);
    await rig.run(['sandbox', 'do', 'apply']);
    await following.until('stdout', /"action":"apply"/);
    following.kill('SIGINT');
    const { code, stdout, stderr } = await following.ended;
    expect([code, stderr]).toEqual([130, '']);
    expect(stdout.trim().split('\n')).toHaveLength(2);
  });

  it('ends with 0 when the sandbox stops, and says so', async () => {
    const sandbox = await start();
    const following = rig.start(['sandbox', 'log', '--follow', '-o', 'ndjson']);
    await rig.run(['sandbox', 'do', 'apply']);
    await following.until('stdout', /"action":"apply"/);
    sandbox.kill('SIGTERM');
    const { code, stderr } = await following.ended;
    expect([code, stderr]).toEqual([0, 'The sandbox has stopped.\n']);
  });

  it('gives every entry of a CSV the same columns, whatever came first', async () => {
    const sandbox = await start();
    const following = rig.start(['sandbox', 'log', '--follow', '-o', 'csv']);
    await rig.run(['sandbox', 'do', 'apply']);
    await following.until('stdout', /application\.submitted/);
    sandbox.kill('SIGTERM');
    const { stdout, stderr } = await following.ended;
    expect(stderr).toBe('The sandbox has stopped.\n');
    const [head = '', ...rows] = stdout.trimEnd().split('\r\n');
    expect(head.split(',')).toEqual(expect.arrayContaining(['action', 'method', 'status', 'delivery_id', 'attempt']));
    const sent = rows.find((row) => row.includes('application.submitted'))?.split(',') ?? [];
    expect(sent[head.split(',').indexOf('attempt')]).toBe('1');
  });

  it('has what was not delivered, and why', async () => {
    writeFileSync(
      join(rig.home, 'manifest.json'),
      JSON.stringify({ declared_webhook_event_types: ['application.approved'] }),
    );
    args = [...args, '--manifest', join(rig.home, 'manifest.json')];
    await start();
    const { stdout } = await rig.run(['sandbox', 'do', 'apply', '--json']);
    const [{ subject }] = JSON.parse(stdout);
    expect(await entries('--kind', 'withheld', '--subject', subject.id)).toMatchObject([
      {
        kind: 'withheld',
        event: 'application.submitted',
        subject: subject.id,
        outcome: expect.stringContaining('manifest'),
      },
    ]);
    expect((await log()).stdout).toMatch(/withheld +application\.submitted/);
  });

  it('has happenings and deliveries of before a restart', async () => {
    const first = await start();
    await rig.run(['sandbox', 'trigger', 'application.approved']);
    const before = (await entries()).filter(({ kind }: { kind: string }) => kind !== 'request');
    first.kill('SIGKILL');
    await first.ended;
    await start();
    expect(await entries()).toEqual(before);
    await rig.run(['sandbox', 'reset']);
    expect(await entries()).toEqual([]);
  });

  it.each([
    [['--kind', 'happenning'], 'did you mean happening?'],
    [['--since', 'yesterday'], '10m'],
    [['--since', '2027-99-99T00:00:00Z'], 'is not a time'],
  ])('refuses %j', async (flags, message) => {
    await start();
    const { code, stdout, stderr } = await log(...flags);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });
});
