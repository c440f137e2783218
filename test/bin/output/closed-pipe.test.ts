import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ProgramRig } from '../../support/program/program-rig.ts';
import { startOf } from '../../support/program/start-words.ts';

let rig: ProgramRig;
beforeEach(() => {
  rig = new ProgramRig();
});
afterEach(() => rig.close());

function runUnread(args: readonly string[]): Promise<{ code: number | null; stderr: string }> {
  const env = { ...rig.env, REVENTO_WEBHOOK_SECRET: `whsec_${randomBytes(24).toString('hex')}` };
  const child = spawn(...startOf(args), { env, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdout.destroy();
  child.stdin.end('{}');
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, stderr }));
  });
}

const listen = ['webhook', 'listen', '--port', '0'];
const forged = ['--timestamp', '1700000000', '--signature', `sha256=${'0'.repeat(64)}`];

it.each([
  ['a COMMAND that fails', [...listen, '-o', 'ndjson', '--', 'sh', '-c', 'exit 7'], 7],
  ['a delivery that does not come', [...listen, '--expect', 'application.approved', '--timeout', '300ms'], 3],
  ['a signature that does not verify', ['webhook', 'verify', '-', ...forged], 3],
  ['the same as JSON', ['webhook', 'verify', '-', '--json', ...forged], 3],
  ['a handler that nobody runs', ['webhook', 'trigger', 'application.approved', '--to', 'http://127.0.0.1:1/'], 1],
  ['a status without a login', ['status'], 4],
])('hides no failure when nobody reads: %s', async (_what, args, code) => {
  expect((await runUnread(args)).code).toBe(code);
});

it.each([
  ['a list', ['webhook', 'events']],
  ['a listener that waits for nothing', listen],
])('ends quietly with 0 when nobody reads: %s', async (_what, args) => {
  const { code, stderr } = await runUnread(args);
  expect(code).toBe(0);
  expect(stderr).not.toMatch(/error|EPIPE/);
});
