import { mkdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ProgramRig } from '../../support/program/program-rig.ts';

/** A window title, a one-byte CSI and OSC, a direction override; as JSON text and, where it can be, as header bytes. */
const hostile = '\u001b]0;owned\u0007\u009b31m\u009d0;owned\u202e';
const acting = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/;
/** The colors of the program itself. */
const ours = /\u001b\[(?:1|2|22|3[1-6]|39)m/g;

let rig: ProgramRig;
let server: Server;
let base: string;
beforeEach(async () => {
  rig = new ProgramRig();
  const body = JSON.stringify({ error: 'refused', message: `${hostile} no\nsecond line` });
  const head = `HTTP/1.1 409 No\r\nContent-Type: application/json\r\nX-Evil: a\u009b31mb\u009d0;owned\u0085\r\nX-Revento-Request-Id: i\u009b31md\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n`;
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(body)])));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.close();
  await rig.close();
});

const colored = (env: Readonly<Record<string, string>>) => ({ env: { FORCE_COLOR: '1', ...env } });

it.each(['--debug', '--verbose'])('%s shows what a server sent without its control characters', async (flag) => {
  const env = { REVENTO_API_BASE: base, REVENTO_ACCESS_TOKEN: 'rev_install_of_nobody' };
  const { stderr } = await rig.run(['api', '/x', flag], colored(env));
  expect(stderr).toMatch(/409 \d+ ms i\ufffd31md\n/);
  expect(stderr).toContain('\u001b[31merror:\u001b[39m GET /x was refused');
  expect(stderr.replace(ours, '')).not.toMatch(acting);
});

it.each([[[]], [['--json']]])(
  'the answer of another server on the port of the sandbox is quoted without control characters, with %j',
  async (args) => {
    const env = { REVENTO_AUTH_BASE: base, REVENTO_CLIENT_ID: 'x', REVENTO_CLIENT_SECRET: 'secret-of-the-client' };
    const { code, stderr } = await rig.run(['sandbox', 'trigger', 'application.approved', ...args], colored(env));
    expect(code).toBe(2);
    expect(stderr).toContain('no second line.');
    expect(stderr.replace(ours, '')).not.toMatch(acting);
  },
);

it('words of the command line that come back in an error act on nothing, and our own color stays', async () => {
  const { code, stderr } = await rig.run(['config', 'get', hostile], colored({}));
  expect(code).toBe(2);
  expect(stderr).toContain('\u001b[31merror:\u001b[39m ');
  expect(stderr.replace(ours, '')).not.toMatch(acting);
  const asJson = await rig.run(['config', 'get', hostile, '--json']);
  expect(JSON.parse(asJson.stderr)).toMatchObject({
    error: { message: expect.stringContaining('\u009b31m\u009d0;owned\u202e') },
  });
  expect(asJson.stderr).not.toMatch(acting);
});

it('a name of a directory that comes back in a notice acts on nothing', async () => {
  const directory = join(rig.home, `config${hostile}`);
  mkdirSync(directory);
  writeFileSync(join(directory, 'config.json'), '{}', { mode: 0o644 });
  const { stderr } = await rig.run(['config', 'set', 'output', 'json'], colored({ REVENTO_CONFIG_DIR: directory }));
  expect(stderr).toContain('was open to other users');
  expect(stderr.replace(ours, '')).not.toMatch(acting);
});
