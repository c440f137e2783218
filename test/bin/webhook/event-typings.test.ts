import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { root } from '../../support/program/build.ts';
import { kotlinCompiler, lackOf, type NeedName, withReason } from '../../support/program/needs.ts';
import { npmTool } from '../../support/program/npm-tool.ts';
import { ProgramRig } from '../../support/program/program-rig.ts';

const rig = new ProgramRig();
afterAll(() => rig.close());

interface Row {
  readonly language: string;
  readonly file: string;
  readonly need: NeedName | null;
  readonly compile: readonly [program: string, ...words: string[]] | (() => readonly [string, ...string[]]);
}

const tsc = join(root, 'node_modules/typescript/bin/tsc');

const rows: readonly Row[] = [
  {
    language: 'ts',
    file: 'events.ts',
    need: null,
    compile: [process.execPath, tsc, '--strict', '--noEmit', 'events.ts'],
  },
  { language: 'python', file: 'events.py', need: 'flask', compile: ['/usr/bin/python3', '-W', 'error', 'events.py'] },
  { language: 'go', file: 'events.go', need: 'go', compile: ['go', 'vet', 'events.go'] },
  { language: 'php', file: 'events.php', need: 'php', compile: ['php', '-l', 'events.php'] },
  { language: 'ruby', file: 'events.rb', need: 'ruby', compile: ['ruby', '-wc', 'events.rb'] },
  { language: 'java', file: 'ReventoEvents.java', need: 'java', compile: ['javac', '-Werror', 'ReventoEvents.java'] },
  {
    language: 'kotlin',
    file: 'events.kt',
    need: 'kotlin',
    compile: () => {
      const compiler = join(npmTool(kotlinCompiler), 'lib/kotlin-compiler.jar');
      const main = 'org.jetbrains.kotlin.cli.jvm.K2JVMCompiler';
      const options = ['-Werror', '-no-reflect', '-d', 'classes'];
      return ['java', '-XX:TieredStopAtLevel=1', '-cp', compiler, main, ...options, 'events.kt'];
    },
  },
  {
    language: 'csharp',
    file: 'Events.cs',
    need: 'mono',
    compile: ['mcs', '-langversion:7', '-target:library', 'Events.cs'],
  },
];

for (const { language, file, need, compile } of rows) {
  const lack = need === null ? null : lackOf(need);
  it.skipIf(lack !== null)(withReason(`types for ${language} are what its compiler takes`, lack), async () => {
    const { code, stdout } = await rig.run(['webhook', 'events', '--types', language]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/ApplicationApproved/);
    const directory = join(rig.home, language);
    mkdirSync(directory);
    writeFileSync(join(directory, file), stdout);
    const [program, ...words] = typeof compile === 'function' ? compile() : compile;
    const {
      status,
      stdout: said,
      stderr,
    } = spawnSync(program, words, { cwd: directory, env: rig.env, encoding: 'utf8' });
    expect({ status, said, stderr }).toMatchObject({ status: 0 });
  });
}

it('types for a language that is misspelled are wrong usage', async () => {
  const ended = await rig.run(['webhook', 'events', '--types', 'pyton']);
  expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('did you mean python?') });
});

it('the schema of one type, and of all', async () => {
  const one = await rig.run(['webhook', 'events', 'application.approved', '--schema', '--json']);
  expect(JSON.parse(one.stdout)).toMatchObject({ properties: { type: { const: 'application.approved' } } });
  const all = await rig.run(['webhook', 'events', '--schema']);
  expect(JSON.parse(all.stdout)).toMatchObject({ $defs: { 'application.approved': expect.anything() } });
});
