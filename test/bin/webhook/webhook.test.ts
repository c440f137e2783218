import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rawExchange } from '../../support/http/raw-http.ts';
import { ProgramRig } from '../../support/program/program-rig.ts';
import type { Running } from '../../support/program/running.ts';
import { startLine } from '../../support/program/start-words.ts';
import { aDelivery } from '../../support/webhook/delivery.ts';
import { closeHandlers, handler } from '../../support/webhook/handler.ts';

let rig: ProgramRig;
const secret = `whsec_${randomBytes(24).toString('hex')}`;
const env = { REVENTO_WEBHOOK_SECRET: secret };

beforeEach(() => {
  rig = new ProgramRig();
});
afterEach(async () => {
  await rig.close();
  await closeHandlers();
});

async function listening(...args: string[]): Promise<{ running: Running; url: string; port: number }> {
  const running = rig.start(['webhook', 'listen', '--port', '0', '-o', 'ndjson', ...args], { env });
  const [line] = await running.until('stdout', /^\{"type":"ready".*\}$/m);
  const { url } = JSON.parse(line) as { url: string };
  return { running, url, port: Number(new URL(url).port) };
}

const linesOf = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('webhook listen', () => {
  it('accepts as soon as its ready line is out, and writes each line as it happens', async () => {
    const { running, port } = await listening();
    const answer = await rawExchange(port, { pieces: [aDelivery({ secret }).wire] });
    expect(answer.status).toBe(200);
    await running.until('stdout', /^\{"type":"delivery".*"verified":true.*\}$/m);
  });

  it('ends with 130 and a summary on Ctrl-C, with nothing but its lines on stdout', async () => {
    const { running, port } = await listening();
    await rawExchange(port, { pieces: [aDelivery({ secret: 'another-secret-altogether' }).wire] });
    await running.until('stdout', /"reason":"signature_mismatch"/);
    running.kill('SIGINT');
    const { code, stdout, stderr } = await running.ended;
    expect(code).toBe(130);
    expect(linesOf(stdout).map(({ type }) => type)).toEqual(['ready', 'delivery', 'summary']);
    expect(stdout + stderr).not.toContain(secret);
  });

  it('ends with 0 once its count is reached', async () => {
    const { running, port } = await listening('--count', '1');
    await rawExchange(port, { pieces: [aDelivery({ secret }).wire] });
    expect((await running.ended).code).toBe(0);
  });

  it('runs a command, forwards what that triggers, and ends with 0 once the condition holds', async () => {
    const target = await handler();
    const trigger = `${startLine} webhook trigger application.approved --to "$REVENTO_WEBHOOK_URL"`;
    const args = [
      'webhook',
      'listen',
      '--port',
      '0',
      '-o',
      'ndjson',
      '-f',
      target.url,
      '--expect',
      'application.approved',
    ];
    const { code, stdout, stderr } = await rig.run([...args, '--timeout', '30s', '--', 'sh', '-c', trigger], { env });
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    expect(target.got).toHaveLength(1);
    expect(linesOf(stdout).map(({ type }) => type)).toEqual(['ready', 'delivery', 'summary']);
    // The command's own output is not part of the stream.
    expect(stderr).toContain('200 application.approved POST');
  });

  it('gives a filter data only, without the output of its command, which needs no flag to send', async () => {
    const trigger = `${startLine} webhook trigger application.approved`;
    const args = ['webhook', 'listen', '--port', '0', '--jq', '.type + " " + (.event // "")', '--count', '1'];
    const { code, stdout, stderr } = await rig.run([...args, '--', 'sh', '-c', trigger], { env });
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'ready \ndelivery application.approved\nsummary \n' });
    expect(stderr).toContain('application.approved POST');
  });

  it("ends with the command's own exit code", async () => {
    const { code } = await rig.run(['webhook', 'listen', '--port', '0', '--', 'sh', '-c', 'exit 7'], { env });
    expect(code).toBe(7);
  });

  it('ends with 3 when a condition is unmet in time, and says which', async () => {
    const args = [
      'webhook',
      'listen',
      '--port',
      '0',
      '-o',
      'ndjson',
      '--until',
      'application.approved',
      '--timeout',
      '200ms',
    ];
    const { code, stderr } = await rig.run(args, { env });
    expect(code).toBe(3);
    expect(stderr).toContain('"code":"unmet"');
    expect(stderr).toContain('application.approved');
  });

  it.each([
    ['3000', 'to forward there, run: revento webhook listen --forward 3000'],
    [`${process.execPath}`, 'after dashes: revento webhook listen -- COMMAND'],
  ])('runs no word that stands without dashes: %s', async (word, hint) => {
    const env = { REVENTO_WEBHOOK_SECRET: secret };
    const { code, stdout, stderr } = await rig.run(['webhook', 'listen', '--port', '0', word], { env });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(hint);
  });

  it('ends with 2 without a secret', async () => {
    const { code, stdout, stderr } = await rig.run(['webhook', 'listen', '--port', '0']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/REVENTO_WEBHOOK_SECRET.*revento config set webhook_secret/);
  });

  it('has every answered delivery in its recording when it is killed in the middle', async () => {
    const record = join(rig.home, 'deliveries.ndjson');
    const { running, port } = await listening('--record', record);
    for (let index = 0; index < 20; index++) await rawExchange(port, { pieces: [aDelivery({ secret }).wire] });
    await running.until('stdout', /(?:\{"type":"delivery".*\n){20}/);
    running.kill('SIGKILL');
    await running.ended;
    expect(linesOf(readFileSync(record, 'utf8'))).toHaveLength(20);
    const target = await handler();
    const replayed = await rig.run(['webhook', 'replay', record, '--to', target.url, '--resign'], { env });
    expect(replayed.code).toBe(0);
    expect(target.got).toHaveLength(20);
  });
});

describe('webhook sign and verify', () => {
  it('understand each other through a pipe', async () => {
    const sample = await rig.run(['webhook', 'events', 'participant.registered', '--json']);
    const signed = await rig.run(['webhook', 'sign', '--json'], { env, input: sample.stdout });
    const headers = JSON.parse(signed.stdout) as Record<string, string>;
    const flags = [
      '--timestamp',
      headers['X-Revento-Timestamp'] as string,
      '--signature',
      headers['X-Revento-Signature'] as string,
    ];
    expect(await rig.run(['webhook', 'verify', ...flags], { env, input: sample.stdout })).toMatchObject({ code: 0 });
    const changed = await rig.run(['webhook', 'verify', ...flags], { env, input: sample.stdout.trimEnd() });
    expect(changed.code).toBe(3);
    expect(changed.stdout).toContain('with a trailing newline');
  });
});

describe('webhook check', () => {
  it('finds our own listener right in every case', async () => {
    const { url } = await listening();
    const { code, stdout } = await rig.run(['webhook', 'check', url, '--format', 'tap'], { env });
    expect(stdout).not.toContain('not ok');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^TAP version 13\n1\.\.\d+\n/);
  });

  it('ends with 3 and JUnit on stdout for a handler that believes everything', async () => {
    const target = await handler();
    const { code, stdout } = await rig.run(['webhook', 'check', target.url, '--format', 'junit'], { env });
    expect(code).toBe(3);
    expect(stdout).toMatch(/^<\?xml .*\n<testsuites>[\s\S]*<failure [\s\S]*<\/testsuites>\n$/);
  });

  it('writes an HTML page', async () => {
    const { url } = await listening();
    const { code, stdout } = await rig.run(['webhook', 'check', url, '--format', 'html'], { env });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
  });

  const only = ['--only', 'valid-compact,stale'];

  it('gives the cases as rows where fields of them are chosen', async () => {
    const { url } = await listening();
    const { code, stdout } = await rig.run(['webhook', 'check', url, ...only, '--columns', 'id,outcome'], { env });
    expect(code).toBe(0);
    expect(stdout).toBe('ID             OUTCOME\nvalid-compact  pass\nstale          pass\n');
  });

  it('gives the report to a filter', async () => {
    const { url } = await listening();
    const { stdout } = await rig.run(['webhook', 'check', url, ...only, '--jq', '.passed'], { env });
    expect(stdout).toBe('2\n');
  });

  it('prints the text it is asked for, whatever the settings prefer', async () => {
    const { url } = await listening();
    const settings = { ...env, REVENTO_OUTPUT: 'json' };
    const { stdout } = await rig.run(['webhook', 'check', url, ...only, '--format', 'text'], { env: settings });
    expect(stdout).toMatch(/^✓ pass .*\n✓ pass .*\n\n2 of 2 cases passed\n$/);
  });

  it.each([
    ['-o json', 'text'],
    ['--json', 'tap'],
    ['--columns id', 'text'],
    ['--jq .passed', 'junit'],
    ['-o csv', 'json'],
  ])('sends nothing when %s contradicts --format %s', async (option, format) => {
    const target = await handler();
    const args = ['webhook', 'check', target.url, '--format', format, ...option.split(' ')];
    const { code, stdout, stderr } = await rig.run(args, { env });
    expect({ code, stdout, sent: target.got.length }).toEqual({ code: 2, stdout: '', sent: 0 });
    expect(stderr).toContain(`--format ${format} can't be combined with ${option.replace(/ (id|\.passed)$/, '')}`);
  });
});
