import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../support/http/free-port.ts';
import { ProgramRig } from '../../support/program/program-rig.ts';

let rig: ProgramRig;
beforeEach(() => {
  rig = new ProgramRig();
});
afterEach(() => rig.close());

/** A sandbox that sends to the port a listener will have, and that listener's arguments. */
async function setUp() {
  const port = await freePort();
  const { webhook_secret: first } = (await rig.sandbox([
    ...['--webhook-url', `http://localhost:${port}/webhooks/revento`, '--retry-scale', '0'],
  ])) as unknown as { readonly webhook_secret: string };
  const listen = ['-p', 'sandbox', 'webhook', 'listen', '--port', `${port}`, '-o', 'ndjson'];
  return { first, listen };
}

const trigger = () => rig.run(['sandbox', 'trigger', 'activity.updated', '--json']);

describe('sandbox rotate', () => {
  it('lets both secrets sign, and a listener with both takes both', async () => {
    const { first, listen } = await setUp();
    const begun = JSON.parse((await rig.run(['sandbox', 'rotate', '--json'])).stdout);
    expect(begun).toEqual({ webhook_secret: expect.stringMatching(/^whsec_/), webhook_secret_previous: first });
    expect(begun.webhook_secret).not.toBe(first);

    const listener = rig.start([...listen, '--count', '4']);
    await listener.until('stdout', /"ready"/);
    const signers = [];
    for (let i = 0; i < 4; i++) signers.push(JSON.parse((await trigger()).stdout).attempts[0].signed_with);
    expect(signers).toEqual(['current', 'previous', 'current', 'previous']);
    const { code, stdout } = await listener.ended;
    expect(code).toBe(0);
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({ verified: 4, invalid: 0 });
  });

  it('shows the new secret also where the profile cannot take it', async () => {
    const { first } = await setUp();
    mkdirSync(join(rig.home, 'config/revento/auth/sandbox/secrets.lock'));
    const { code, stdout, stderr } = await rig.run(['sandbox', 'rotate', '--json']);
    expect(JSON.parse(stdout)).toEqual({
      webhook_secret: expect.stringMatching(/^whsec_/),
      webhook_secret_previous: first,
    });
    expect([code, stderr]).toEqual([1, expect.stringContaining('secrets.lock')]);
  });

  it('reaches a listener that runs already, and so does its end', async () => {
    const { first, listen } = await setUp();
    const listener = rig.start(listen);
    await listener.until('stdout', /"ready"/);
    await rig.run(['sandbox', 'rotate']);
    for (let i = 0; i < 4; i++) expect((await trigger()).code).toBe(0);
    await rig.run(['sandbox', 'rotate', '--finish']);
    const port = listen[listen.indexOf('--port') + 1] as string;
    const forged = await rig.run(['webhook', 'trigger', 'activity.updated', '--to', port], {
      env: { REVENTO_WEBHOOK_SECRET: first },
    });
    expect([forged.code, forged.stdout]).toEqual([1, expect.stringMatching(/^401 /)]);
    listener.kill('SIGINT');
    const { stdout, stderr } = await listener.ended;
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({ verified: 4, invalid: 1 });
    expect(stderr.match(/signing secrets changed/g)).toHaveLength(2);
  });

  it('makes a listener that knows the new secret alone refuse every other delivery', async () => {
    const { listen } = await setUp();
    const { webhook_secret: second } = JSON.parse((await rig.run(['sandbox', 'rotate', '--json'])).stdout);
    await rig.run(['-p', 'sandbox', 'config', 'unset', 'webhook_secret_previous']);
    const listener = rig.start(listen, { env: { REVENTO_WEBHOOK_SECRET: second } });
    await listener.until('stdout', /"ready"/);
    const [taken, refused] = [await trigger(), await trigger()];
    expect([taken.code, refused.code]).toEqual([0, 1]);
    expect(refused.stderr).toContain('HTTP 401');
    listener.kill('SIGINT');
    expect((await listener.ended).stdout).toContain('"reason":"signature_mismatch"');
  });

  it('finished, signs with the new secret only and stores no other', async () => {
    const { listen } = await setUp();
    await rig.run(['sandbox', 'rotate']);
    const finished = await rig.run(['sandbox', 'rotate', '--finish', '--json']);
    expect(JSON.parse(finished.stdout)).toMatchObject({ webhook_secret_previous: null });
    const kept = await rig.run(['-p', 'sandbox', 'config', 'get', 'webhook_secret_previous', '--reveal']);
    expect([kept.code, kept.stdout]).toEqual([2, '']);
    const listener = rig.start([...listen, '--count', '3']);
    await listener.until('stdout', /"ready"/);
    for (let i = 0; i < 3; i++) expect((await trigger()).code).toBe(0);
    expect((await listener.ended).code).toBe(0);
    const again = await rig.run(['sandbox', 'rotate', '--finish']);
    expect([again.code, again.stderr]).toEqual([
      2,
      expect.stringMatching(/No rotation in progress.*\nhint: to start one, run: revento sandbox rotate\n/),
    ]);
  });

  it('tells somebody at a terminal what to set and what comes next', async () => {
    const { first } = await setUp();
    const { stdout } = await rig.run(['sandbox', 'rotate']);
    for (const part of ['REVENTO_WEBHOOK_SECRET ', `REVENTO_WEBHOOK_SECRET_PREVIOUS  ${first}`, 'rotate --finish']) {
      expect(stdout).toContain(part);
    }
  });

  it('works inside sandbox exec, where there is no profile', async () => {
    const script = 'revento sandbox rotate --jq .webhook_secret; echo "$REVENTO_WEBHOOK_SECRET"; revento profile list';
    const { code, stdout, stderr } = await rig.run([
      ...['sandbox', 'exec', '--webhook-url', 'http://127.0.0.1:9/', '--', 'sh', '-c', script],
    ]);
    expect(code, stderr).toBe(0);
    const [next, before, profiles] = stdout.trim().split('\n');
    expect(next).toMatch(/^"?whsec_/);
    expect(next).not.toContain(before);
    expect(profiles).not.toContain('sandbox');
  });
});
