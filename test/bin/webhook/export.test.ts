import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { lackOf, withReason } from '../../support/program/needs.ts';
import { ProgramRig } from '../../support/program/program-rig.ts';
import { newSecret } from '../../support/webhook/delivery.ts';
import { closeHandlers, handler } from '../../support/webhook/handler.ts';
import { recordedLine } from '../../support/webhook/recorded-line.ts';

const rig = new ProgramRig();
const secret = newSecret();
const env = { REVENTO_WEBHOOK_SECRET: secret };
afterEach(closeHandlers);
afterAll(() => rig.close());

const reason = lackOf('curl', 'openssl');

describe.skipIf(reason !== null)(withReason('webhook export', reason), () => {
  it('prints a script on stdout, and what to know about it on stderr', async () => {
    const target = await handler(({ body }) => ({ status: body.toString().endsWith(' ') ? 401 : 200 }));
    const file = join(rig.home, 'deliveries.ndjson');
    writeFileSync(file, `${recordedLine('one', { secret })}\n${recordedLine('two', { secret, answers: [200] })}\n`);
    const words = ['webhook', 'export', file, '--as', 'curl', '--to', target.url];
    const { code, stdout, stderr } = await rig.start(words, { env }).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^warning: .*webhook scrub.*\n$/) });
    expect(stdout).not.toContain(secret);
    writeFileSync(join(rig.home, 'webhook.sh'), stdout);
    const tests = await promisify(execFile)('sh', ['webhook.sh'], { cwd: rig.home, env: { ...rig.env, ...env } });
    expect(tests.stdout).toMatch(/^ok 1 .*\nok 2 .*\nok 3 .*\n1\.\.3\n$/);
  });
});

it('webhook replay --against prints each comparison, and exits with 3 when answers differ', async () => {
  const [first, second] = [await handler(), await handler(() => ({ status: 500 }))];
  const file = join(rig.home, 'compared.ndjson');
  writeFileSync(file, recordedLine('one', { secret }));
  const words = ['webhook', 'replay', file, '--to', first.url, '--against', second.url, '--resign'];
  const { code, stdout, stderr } = await rig.start([...words, '-o', 'ndjson'], { env }).ended;
  expect(JSON.parse(stdout)).toMatchObject({
    delivery_id: 'one',
    result: 'different',
    to: { status: 200 },
    against: { status: 500 },
    differences: [{ part: 'status', name: null, to: '200', against: '500' }],
  });
  expect(JSON.parse(stderr)).toMatchObject({
    error: { message: 'The handlers answered 1 of 1 delivery differently.' },
  });
  expect(code).toBe(3);
});
