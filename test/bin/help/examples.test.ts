import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registry } from '../../../src/commands/registry.ts';
import { freePort } from '../../support/http/free-port.ts';
import { consentingBrowser, ProgramRig } from '../../support/program/program-rig.ts';
import { startLine } from '../../support/program/start-words.ts';
import { closeHandlers, handler } from '../../support/webhook/handler.ts';

/** What is only parsed (test/help/examples.test.ts), and why it cannot be run beside others. */
const notRun: readonly (readonly [example: RegExp, why: string])[] = [
  [/tunnel\.example|api\.revento\.example/, 'names a host that does not exist'],
  [/sha256=…|redeliver 0b9f6c1e|^revento logout --event/, 'has a placeholder, or would end what the others need'],
  [
    /npm (test|start)|key_store keyring|\/connect$|^revento (certify --format|init (node|--check .*)$)/,
    'needs a program or a service besides',
  ],
  [/^revento config init$/, 'asks questions on a terminal'],
  [/^revento (sandbox start|webhook listen|inspect)|--follow/, 'runs until Ctrl-C; has tests of its own'],
  [/^revento webhook trigger application\.approved$/, 'needs a listener on port 4400'],
  [/^revento (logout|sandbox (reset|revoke|clock advance)|profile remove)/, 'takes away what the others need'],
];

/** Statuses that are the answer, and the error that goes with one; everything else has to end with 0. */
const answers: readonly (readonly [example: RegExp, status: number, error?: string])[] = [
  // Our handler accepts everything, so it does not pass.
  [/^revento webhook check/, 3],
  [
    /^revento webhook trigger .*--fault stale/,
    3,
    'error: The handler accepted a delivery that it must reject (--fault stale). (HTTP 200)',
  ],
];

const examples = (await Promise.all(registry.map(async (entry) => Object.keys((await entry.load()).examples ?? {}))))
  .flat()
  .filter((command) => !notRun.some(([pattern]) => pattern.test(command)));

const rig = new ProgramRig();
let port: number;
let secondPort: number;

function inOurPorts(line: string): string {
  const second = line.includes('--against') ? secondPort : port;
  return line.replace(/\b3000\b/g, `${port}`).replace(/\b3001\b/g, `${second}`);
}

/** Runs a line as it is shown, but for the ports of the user's handlers. */
function run(line: string): Promise<{ status: number | null; stdout: string; stderr: string }> {
  // A setting that an example changes must not be one of the sandbox's.
  const profile = /^revento config (init|set|unset)/.test(line) ? 'scratch' : 'sandbox';
  const child = spawn('sh', ['-c', inOurPorts(line)], {
    cwd: rig.home,
    env: {
      ...rig.env,
      PATH: `${join(rig.home, 'bin')}${delimiter}${rig.env['PATH']}`,
      REVENTO_PROFILE: profile,
      BROWSER: consentingBrowser('', 'revento'),
    },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  child.stdin.end();
  return new Promise((resolve) => child.once('close', (status) => resolve({ status, stdout, stderr })));
}

beforeAll(async () => {
  const program = join(rig.home, 'bin', 'revento');
  mkdirSync(join(rig.home, 'bin'));
  writeFileSync(program, `#!/bin/sh\nexec ${startLine} "$@"\n`);
  chmodSync(program, 0o755);
  mkdirSync(join(rig.home, '.config/fish/completions'), { recursive: true });
  writeFileSync(join(rig.home, 'activity.json'), '{"id":"act_1","status":"cancelled"}');
  writeFileSync(join(rig.home, 'body.json'), '{"id":"evt_delivery_1","type":"application.approved"}');
  writeFileSync(join(rig.home, 'secret.txt'), 'of nobody\n');
  mkdirSync(join(rig.home, 'logs'));
  writeFileSync(join(rig.home, 'app.db'), 'of nobody\n');
  writeFileSync(
    join(rig.home, '.env'),
    'REVENTO_AUTH_BASE=https://auth.example.org\nREVENTO_API_BASE=https://api.example.org/v1\nREVENTO_CLIENT_ID=app_1\n',
  );
  ({ port } = await handler());
  ({ port: secondPort } = await handler());
  const redirectUri = `http://localhost:${await freePort()}/callback`;
  const webhookUrl = `http://localhost:${port}/webhooks/revento`;
  await rig.sandbox(['--no-rate-limit', '--redirect-uri', redirectUri, '--webhook-url', webhookUrl]);
  for (const line of [
    'revento login --event evt_test_published',
    'revento login --event evt_test_published --user',
    'revento webhook listen --port 0 --record deliveries.ndjson --count 1 -- ' +
      'sh -c \'revento webhook trigger application.approved --to "$REVENTO_WEBHOOK_URL"\'',
    'revento sandbox trigger application.approved --wait',
  ]) {
    const { status, stderr } = await run(line);
    if (status !== 0) throw new Error(`${line}: ${stderr}`);
  }
});
afterAll(async () => {
  await closeHandlers();
  await rig.close();
});

describe('an example of a help text', () => {
  it.each(examples)('does what it says: %s', async (line) => {
    const { status, stderr } = await run(line);
    const [, expected = 0, error] = answers.find(([pattern]) => pattern.test(line)) ?? [];
    expect({ status, error: /^error: .*$/m.exec(stderr)?.[0] }).toEqual({ status: expected, error });
  });
});

it('every example that is left out still exists', async () => {
  const all = (
    await Promise.all(registry.map(async (entry) => Object.keys((await entry.load()).examples ?? {})))
  ).flat();
  for (const [pattern] of [...notRun, ...answers]) {
    expect(all.filter((command) => pattern.test(command)).length, String(pattern)).toBeGreaterThan(0);
  }
});
