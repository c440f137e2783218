import { spawnSync } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { root } from '../../support/program/build.ts';
import { ProgramRig } from '../../support/program/program-rig.ts';

let rig: ProgramRig;
beforeEach(() => {
  rig = new ProgramRig();
});
afterEach(() => rig.close());

it.each([
  ['18.20.8', 1],
  ['20.17.9', 1],
  ['20.18.0', 1],
  ['20.18.1', 0],
  ['20.19.0', 0],
  ['22.0.0', 0],
])('on Node.js %s ends with %i', async (version, status) => {
  const preload = join(rig.home, 'version.cjs');
  writeFileSync(
    preload,
    `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`,
  );
  const { code, stderr } = await rig.run(['config', 'path'], { preload: [preload] });
  expect(code).toBe(status);
  const complaint = `error: revento needs Node.js 20.18.1 or newer; this is ${version}\n`;
  expect(stderr.startsWith(complaint)).toBe(status === 1);
});

it('takes no word after -- for its own option', async () => {
  const line = ['webhook', 'listen', '--no-such-option', '--', 'jest', '--no-color', '--json', '-o', 'json', '--debug'];
  const { code, stderr } = await rig.run(line, { env: { FORCE_COLOR: '1' } });
  expect(code).toBe(2);
  expect(stderr).toContain('\u001b[31merror:\u001b[39m ');
});

it.each([['status'], ['__complete', '--current=', 'sta']])(
  'says in a checkout that is not built how to build it: %s',
  (...args) => {
    for (const part of ['bin', 'package.json']) cpSync(join(root, part), join(rig.home, part), { recursive: true });
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(rig.home, 'bin/revento.js'), ...args], {
      env: rig.env,
      encoding: 'utf8',
    });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toBe(
      'error: This checkout of revento is not built yet.\nhint: in its directory, run: npm ci && npm run build\n',
    );
  },
);
