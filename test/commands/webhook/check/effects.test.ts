import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { webhookCheck } from '../../../../src/commands/webhook/check/check.ts';
import { launch } from '../../../../src/platform/process/launch.ts';
import { run } from '../../../support/commands/deps.ts';
import { handler } from '../../../support/webhook/handler.ts';
import { sendRig } from '../../../support/webhook/send-rig.ts';

const rig = sendRig();

function world() {
  const base = rig.world();
  return Object.assign(base, { deps: { ...base.deps, launch, childEnv: { PATH: process.env['PATH'] ?? '' } } });
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
    ['echo no such table >&2; exit 4', 'the command of --effects ended with status 4: no such table'],
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

  it('cannot judge by a URL that fails', async () => {
    const broken = await handler(({ method }) => ({ status: method === 'GET' ? 500 : 200 }));
    const { status, text } = await run(webhookCheck, { ...options, url: broken.url, effectsUrl: broken.url }, world());
    expect(status).toBe(5);
    expect(text).toContain('not judged: --effects-url answered HTTP 500');
  });

  it.each([
    [{ only: 'effect-twice' }, 'The case effect-twice needs --effects or --effects-url.'],
    [{ effects: 'echo 1', effectsUrl: '3000' }, "--effects can't be combined with --effects-url."],
    [{ effects: ' ' }, '--effects needs a command.'],
    [{ effects: 'echo 1', settle: '0s' }, '--settle 0s leaves no time for any effect.'],
  ])('refuses %o', async (flags, message) => {
    const { url, got } = await forgetful();
    const { failure } = await run(webhookCheck, { patience: '10s', url, ...flags }, world());
    expect(failure).toMatchObject({ code: 'usage', message });
    expect(got).toEqual([]);
  });
});
