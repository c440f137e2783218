import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { webhookCheck } from '../../../../src/commands/webhook/check/check.ts';
import { launch } from '../../../../src/platform/process/launch.ts';
import { run } from '../../../support/commands/deps.ts';
import { freePort } from '../../../support/http/free-port.ts';
import { lackOf, python, withReason } from '../../../support/program/needs.ts';
import { handler } from '../../../support/webhook/handler.ts';
import { sendRig } from '../../../support/webhook/send-rig.ts';

const rig = sendRig();

function world(variables: Readonly<Record<string, string>> = {}) {
  const base = rig.world();
  const childEnv = { PATH: process.env['PATH'] ?? '', ...variables };
  return Object.assign(base, { deps: { ...base.deps, launch, childEnv } });
}

/** A handler that works for each delivery, also for one that it knows, and tells what it did. */
async function forgetful() {
  const file = join(rig.folder(), 'mails');
  writeFileSync(file, '');
  let count = 0;
  const target = await handler(({ method }) => {
    if (method === 'GET') return { body: JSON.stringify({ mails: count }) };
    if (method === 'POST') {
      count++;
      appendFileSync(file, 'mail\n');
    }
    return {};
  });
  return { ...target, file };
}

describe('check --effects', () => {
  const only = 'effect-plain,effect-twice';
  const options = { patience: '10s', settle: '1s', only };

  it('judges by what a shell command prints, and ends with 3 when a delivery took effect twice', async () => {
    const { url, file } = await forgetful();
    const effects = `wc -l < ${file}; echo a remark >&2`;
    const { status, text } = await run(webhookCheck, { ...options, url, effects }, world());
    expect(status).toBe(3);
    expect(text).toContain('✓ pass does its work for a new delivery, each time the same (effect-plain)');
    expect(text).toContain('got     it took effect twice: +2, where one delivery means +1');
    expect(text).toContain('fix     store the delivery id under a unique key in the same transaction as the work');
  });

  it('judges by what a URL answers', async () => {
    const { url } = await forgetful();
    const effectsUrl = new URL('/effects', url).href;
    const { status, text } = await run(webhookCheck, { ...options, url, effectsUrl }, world());
    expect(status).toBe(3);
    expect(text).toContain('it took effect twice: mails +2, where one delivery means mails +1');
  });

  it.each([
    ['echo no row for Ada >&2; exit 4', 'the command of --effects ended with status 4'],
    ['echo 3 rows of Ada', 'the command of --effects printed neither a number nor JSON'],
    ['true', 'the command of --effects printed nothing'],
  ])('says why it cannot judge, and ends with 5: %s', async (effects, reason) => {
    const { url } = await forgetful();
    const { status, text } = await run(webhookCheck, { ...options, url, effects }, world());
    expect(status).toBe(5);
    expect(text).toContain(` not judged: ${reason}\n`);
    expect(text).toMatch(/0 of 2 cases passed, 2 not judged$/);
    expect(text).not.toContain('Ada');
  });

  it('shows what the command printed to stderr under --verbose only, and not in the report', async () => {
    const { url } = await forgetful();
    const quiet = world();
    const at = { ...quiet, deps: { ...quiet.deps, isVerbose: true } };
    const effects = 'echo no row for Ada >&2; exit 4';
    const { text } = await run(webhookCheck, { ...options, url, effects }, at);
    expect(at.notices).toContain('effects: no row for Ada');
    expect(text).not.toContain('Ada');
  });

  it('cannot judge by a URL that fails', async () => {
    const broken = await handler(({ method }) => ({ status: method === 'GET' ? 500 : 200 }));
    const { status, text } = await run(webhookCheck, { ...options, url: broken.url, effectsUrl: broken.url }, world());
    expect(status).toBe(5);
    expect(text).toContain('not judged: --effects-url answered HTTP 500');
  });

  it.each([
    [{ only: 'effect-twice' }, 'The case effect-twice needs --effects or --effects-url.'],
    [{ effects: 'echo 1', effectsUrl: '3000' }, "--effects can't be combined with --effects-url."],
    [{ effects: 'echo 1', only: 'effect-killed' }, 'The case effect-killed needs the command that starts the handler.'],
    [{ command: ['true'] }, 'A command after -- needs --effects or --effects-url.'],
    [{ effects: ' ' }, '--effects needs a command.'],
    [{ effects: 'echo 1', settle: '0s' }, '--settle 0s leaves no time for any effect.'],
  ])('refuses %o', async (flags, message) => {
    const { url, got } = await forgetful();
    const { failure } = await run(webhookCheck, { patience: '10s', url, ...flags }, world());
    expect(failure).toMatchObject({ code: 'usage', message });
    expect(got).toEqual([]);
  });
});

const lack = lackOf('sqlite');
const script = join(import.meta.dirname, '../../../support/webhook/effects/effects_handler.py');

it.each<[object, object]>([
  [{ patience: '0s' }, { code: 'usage', message: '--patience 0s would fail every handler.' }],
  [{ patience: 'soon' }, { code: 'usage' }],
  [{ only: 'effect-tw' }, { code: 'usage', message: 'Unknown case "effect-tw".' }],
  [{ only: 'previous-secret' }, { code: 'setting_missing' }],
])('check --effects -- COMMAND refuses %o before COMMAND is started', async (flags, wanted) => {
  const mark = join(rig.folder(), 'started');
  const command = ['sh', '-c', `touch ${mark}`];
  const options = { patience: '10s', url: `${await freePort()}`, effects: 'echo 1', command, ...flags };
  const { failure } = await run(webhookCheck, options, world());
  expect(failure).toMatchObject(wanted);
  expect(existsSync(mark)).toBe(false);
});

describe.skipIf(lack !== null)(withReason('check --effects -- COMMAND', lack), () => {
  it.concurrent.each([
    ['set', ['effect-after-500', 'effect-killed', 'effect-restart'], 'remembers delivery ids in memory only'],
    ['check-then-insert', ['effect-at-once'], 'looks the delivery id up first, and nothing stops two that'],
    ['insert-then-work', ['effect-after-500', 'effect-killed'], 'stores the delivery id before its work is done'],
    ['work-then-insert', ['effect-at-once', 'effect-killed'], 'does its work, and stores the delivery id in a later'],
    ['one-transaction', [], null],
    ['later', ['effect-acknowledged'], 'acknowledges deliveries that it holds in memory only'],
  ])('kills and restarts the handler, and names the flaw of the design %s', async (design, failed, flaw) => {
    const port = await freePort();
    const folder = await mkdtemp(join(tmpdir(), 'revento-crash-'));
    const url = `http://127.0.0.1:${port}/webhooks`;
    const { status, text } = await run(
      webhookCheck,
      {
        ...{ patience: '10s', settle: '1s', url, effectsUrl: `http://127.0.0.1:${port}/effects` },
        only:
          design === 'later'
            ? 'effect-acknowledged'
            : 'effect-twice,effect-at-once,effect-after-500,effect-killed,effect-restart',
        command: [python, script, design, join(folder, 'app.db')],
      },
      world({ PORT: `${port}`, DWELL_SECONDS: '0.1' }),
    );
    await rm(folder, { recursive: true, force: true });
    expect([...text.matchAll(/✗ fail .*\((\S+)\)$/gm)].map(([, id]) => id)).toEqual(failed);
    expect(status, text).toBe(failed.length === 0 ? undefined : 3);
    expect(/^cause: the handler (.*)$/m.exec(text)?.[1] ?? null).toEqual(flaw && expect.stringContaining(flaw));
    // The handler was ended with the check.
    const exchange = (await world().deps.forwarder({})).exchange;
    const request = { method: 'HEAD', url, headers: [], body: new Uint8Array() };
    await expect(exchange(request)).rejects.toMatchObject({ kind: 'refused' });
  });

  it('says why a handler does not start', async () => {
    const port = await freePort();
    const flags = {
      ...{ patience: '10s', url: `${port}`, effects: 'echo 1' },
      command: ['sh', '-c', 'echo boom; exit 7'],
    };
    const { failure } = await run(webhookCheck, flags, world());
    expect(failure).toMatchObject({ code: 'failed', message: expect.stringMatching(/ended with status 7[\s\S]*boom/) });
  });
});
