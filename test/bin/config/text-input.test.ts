import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProgramRig } from '../../support/program/program-rig.ts';

const secret = 'whsec_testtesttesttesttesttesttest1';

let rig: ProgramRig;

beforeEach(() => {
  rig = new ProgramRig();
});

afterEach(() => rig.close());

/** One text as the programs of this world write it. */
const written: readonly (readonly [string, (text: string) => Uint8Array])[] = [
  ['plain', (text) => Buffer.from(text)],
  ['with a line end', (text) => Buffer.from(`${text}\n`)],
  ['with CRLF line ends', (text) => Buffer.from(`${text}\n`.replaceAll('\n', '\r\n'))],
  ['with a byte order mark', (text) => Buffer.from(`\ufeff${text}\n`)],
  ['in UTF-16, as PowerShell writes it', (text) => Buffer.from(`\ufeff${text}\r\n`, 'utf16le')],
  ['in big-endian UTF-16', (text) => Buffer.from(`\ufeff${text}\n`, 'utf16le').swap16()],
];

describe.each(written)('text %s is read as it was meant:', (_name, write) => {
  const file = (text: string): string => {
    const path = join(rig.home, 'file');
    writeFileSync(path, write(text));
    return path;
  };
  const lastLine = (text: string) => text.trim().split('\n').at(-1);

  it('a secret on standard input', async () => {
    const { code, stderr } = await rig.run(['config', 'set', 'webhook_secret'], { input: write(secret) });
    expect([code, stderr]).toEqual([0, '']);
    const signed = ['webhook', 'sign', file('{}'), '--timestamp', '1700000000', '--delivery-id', 'd'];
    const stored = await rig.run(signed);
    const given = await rig.run(signed, { env: { REVENTO_WEBHOOK_SECRET: secret } });
    expect(lastLine(stored.stdout)).toMatch(/^X-Revento-Signature: sha256=[0-9a-f]{64}$/);
    expect(stored.stdout).toBe(given.stdout);
  });

  it('a token answer on standard input', async () => {
    const answer = JSON.stringify({
      access_token: 'at_1',
      refresh_token: 'rt_1',
      token_type: 'Bearer',
      expires_in: 3600,
      event_id: 'evt_1',
      scope: 'event.read',
    });
    const env = { REVENTO_CLIENT_ID: 'app_1' };
    const { code, stderr } = await rig.run(['login', '--with-token'], { input: write(answer), env });
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('error')]);
    expect(await rig.run(['token', '-e', 'evt_1'], { env })).toMatchObject({ code: 0, stdout: 'at_1\n' });
  });

  it('config.json, which continues to be written', async () => {
    mkdirSync(join(rig.home, 'config', 'revento'), { recursive: true, mode: 0o700 });
    const content = JSON.stringify({ profiles: { default: { client_id: 'app_Łukasz' } } }, null, 2);
    writeFileSync(join(rig.home, 'config', 'revento', 'config.json'), write(content), { mode: 0o600 });
    expect(await rig.run(['config', 'get', 'client_id'])).toMatchObject({ code: 0, stdout: 'app_Łukasz\n' });
    expect(await rig.run(['config', 'set', 'scope', 'event.read'])).toMatchObject({ code: 0 });
    expect(await rig.run(['config', 'get', 'client_id'])).toMatchObject({ code: 0, stdout: 'app_Łukasz\n' });
  });

  it('the data of a delivery', async () => {
    const sent = ['webhook', 'trigger', 'application.approved', '--to', '9', '--data', `@${file('{"n":"Łukasz"}')}`];
    const { stderr } = await rig.run(sent, { env: { REVENTO_WEBHOOK_SECRET: secret } });
    expect(stderr).not.toContain('is not valid JSON');
  });

  it('a recording', async () => {
    const headers = { 'x-revento-delivery-id': 'd', 'x-revento-event': 'e' };
    const recorded = { type: 'delivery', delivery_id: 'd', event: 'e', received_at: '2026-01-01T00:00:00Z' };
    const line = { ...recorded, verified: true, headers, body_base64: 'e30=' };
    const recording = `${JSON.stringify(line)}\n`.repeat(2);
    const { stderr } = await rig.run(['webhook', 'replay', file(recording), '--to', '9'], {
      env: { REVENTO_WEBHOOK_SECRET: secret },
    });
    expect(stderr).not.toMatch(/not a recording|not JSON|left out/);
  });
});

describe('a variable of the environment', () => {
  it('loses the carriage return that a CRLF file gave it', async () => {
    const signed = ['webhook', 'sign', '-', '--timestamp', '1700000000', '--delivery-id', 'd'];
    const plain = await rig.run(signed, { env: { REVENTO_WEBHOOK_SECRET: secret }, input: '{}' });
    const dirty = await rig.run(signed, { env: { REVENTO_WEBHOOK_SECRET: `${secret}\r` }, input: '{}' });
    expect(dirty).toEqual(plain);
  });

  it('that is a setting loses the blanks around it', async () => {
    const env = {
      REVENTO_API_BASE: ' https://api.example.com/v1\r\n',
      REVENTO_EVENT: 'evt_1 ',
      REVENTO_OUTPUT: 'json ',
    };
    expect(await rig.run(['config', 'get', 'api_base', '-o', 'table'], { env })).toMatchObject({
      code: 0,
      stdout: 'https://api.example.com/v1\n',
      stderr: '',
    });
  });

  it('that is a secret keeps the blanks around it, which is said', async () => {
    const { stderr } = await rig.run(['webhook', 'sign', '-'], {
      env: { REVENTO_WEBHOOK_SECRET: ` ${secret}` },
      input: '{}',
    });
    expect(stderr).toContain('warning: REVENTO_WEBHOOK_SECRET has leading or trailing whitespace; used as is\n');
    expect(stderr).not.toContain(secret);
  });

  it('that is nothing but blanks counts as unset', async () => {
    const { stderr } = await rig.run(['config', 'get', 'client_id'], { env: { REVENTO_CLIENT_ID: ' \r\n' } });
    expect(stderr).toContain('warning: REVENTO_CLIENT_ID is empty and counts as unset\n');
    expect(stderr).toContain('client_id is not set');
  });

  it('in quotes, as docker hands them on, is refused where it is a setting', async () => {
    const env = { REVENTO_CLIENT_ID: '"app_1"', REVENTO_CLIENT_SECRET: `'${secret}'` };
    const { code, stderr } = await rig.run(['login', '--event', 'evt_1', '--no-browser'], { env });
    expect(code).toBe(2);
    expect(stderr).toContain('warning: REVENTO_CLIENT_SECRET is in quotes, which count as part of it; used as is\n');
    expect(stderr).toContain('error: REVENTO_CLIENT_ID is in quotes, which count as part of it.\n');
  });
});
