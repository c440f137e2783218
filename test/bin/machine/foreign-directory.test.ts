import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ProgramRig } from '../../support/program/program-rig.ts';

let rig: ProgramRig;
let mark: string;

/** What runtimes load from where they are started, each of which here changes a setting or runs code. */
beforeEach(() => {
  rig = new ProgramRig();
  mark = join(rig.home, 'foreign-code-ran');
  const code = `require('node:fs').writeFileSync(${JSON.stringify(mark)}, '')`;
  const files = {
    'foreign.cjs': code,
    '.env': 'REVENTO_CLIENT_ID=foreign\nBUN_OPTIONS=--preload ./foreign.cjs\nNODE_OPTIONS=--require ./foreign.cjs\n',
    '.env.local': 'REVENTO_CLIENT_ID=foreign\n',
    '.env.production': 'REVENTO_CLIENT_ID=foreign\n',
    'bunfig.toml': 'preload = ["./foreign.cjs"]\n[run]\npreload = ["./foreign.cjs"]\n',
    '.bunfig.toml': 'preload = ["./foreign.cjs"]\n',
    'package.json':
      '{"name":"x","imports":{"#x":"./foreign.cjs"},"bun":{"preload":["./foreign.cjs"]},"main":"foreign.cjs"}',
    'tsconfig.json': '{"compilerOptions":{"baseUrl":".","paths":{"*":["./foreign.cjs"],"node:fs":["./foreign.cjs"]}}}',
    'node_modules/@napi-rs/keyring/index.js': code,
    'node_modules/@napi-rs/keyring/package.json': '{"name":"@napi-rs/keyring","main":"index.js"}',
    'revento-keyring.node': 'not a module',
  };
  mkdirSync(join(rig.home, 'node_modules/@napi-rs/keyring'), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(rig.home, name), text);
});
afterEach(() => rig.close());

it('files of the current directory change no setting and run no code', async () => {
  const { code, stdout } = await rig.run(['config', 'list', '--json']);
  expect(code).toBe(0);
  expect(stdout).not.toContain('foreign');
  const inside = await rig.run(['sandbox', 'exec', '--', 'revento', 'config', 'get', 'client_id']);
  expect([inside.code, inside.stdout]).toEqual([0, expect.stringMatching(/^client_/)]);
  // It asks for the keyring's module, which is not looked for here.
  await rig.run(['config', 'set', 'key_store', 'keyring']);
  expect(existsSync(mark)).toBe(false);
});
