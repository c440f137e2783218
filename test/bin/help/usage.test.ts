import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProgramRig } from '../../support/program/program-rig.ts';

let rig: ProgramRig;

beforeEach(() => {
  rig = new ProgramRig();
});

afterEach(() => rig.close());

describe('a command line with a mistake is refused with a suggestion:', () => {
  it.each([
    ['--vesion', 'did you mean --version?'],
    ['--hlep', 'did you mean --help?'],
    ['status --vebose', 'did you mean --verbose?'],
    ['sandbox list', 'see revento sandbox --help; its commands are start,'],
    ['sandbox start -p 4011', '-p is short for --profile; for a port, use --port 4011'],
    ['webhook listen -p 4011', '-p is short for --profile; for a port, use --port 4011'],
    ['login -p 4011', '-p is short for --profile; for a port, use --port 4011'],
  ])('revento %s', async (line, hint) => {
    const { code, stdout, stderr } = await rig.run(line.split(' '), {
      env: { REVENTO_WEBHOOK_SECRET: 'whsec_12345678' },
    });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(hint);
  });

  it('a number may be the name of a profile that exists', async () => {
    await rig.run(['-p', '4011', 'config', 'set', 'client_id', 'app_1']);
    const { code, stderr } = await rig.run(['-p', '4011', 'login', '--event', 'evt_1', '--no-browser'], {
      env: { REVENTO_AUTH_BASE: 'https://auth.example' },
    });
    expect(code).not.toBe(0);
    expect(stderr).not.toContain('--port');
  });
});

describe('a profile that does not exist is wrong usage for every command:', () => {
  it.each(['token', 'events get', 'status', 'webhook sign -', 'login --event evt_1', 'logout'])('%s', async (line) => {
    const { code, stderr } = await rig.run(['-p', 'nope', ...line.split(' ')]);
    expect(stderr).toMatch(/profile "nope"/i);
    expect(code).toBe(2);
  });
});
