import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { Machine, missing } from '../../support/docs/machine.ts';
import { blocksOf, readPage } from '../../support/docs/markdown.ts';
import { installVendored, withVendoredPackage } from '../../support/docs/vendored.ts';

/** The `run` steps of a workflow, in order: all that this reads of YAML. */
function stepsOf(yaml: string): string[] {
  const steps: string[] = [];
  const lines = yaml.split('\n');
  for (const [index, line] of lines.entries()) {
    const [, indent = '', inline = ''] = /^(\s+(?:- )?)run: (.+)$/.exec(line) ?? [];
    if (inline === '') continue;
    const isInside = (one: string) => one.startsWith(' '.repeat(indent.length + 2)) || one.trim() === '';
    const below = lines.slice(index + 1);
    const end = below.findIndex((one) => !isInside(one));
    steps.push(inline === '|' ? below.slice(0, end < 0 ? below.length : end).join('\n') : inline);
  }
  return steps;
}

/** What a step has written into GITHUB_ENV is in the environment of the next. */
function exportedBy(file: string): Record<string, string> {
  return Object.fromEntries(
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.includes('='))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

it.skipIf(missing !== null)(
  `the workflow of docs/ci.md runs, step by step${missing ? ` (${missing})` : ''}`,
  async () => {
    const [workflow = ''] = blocksOf(readPage('docs/ci.md'))
      .filter(({ language }) => language === 'yaml')
      .map((block) => block.text);
    const steps = stepsOf(workflow);
    expect(steps.length).toBe(workflow.match(/\brun: /g)?.length);
    const machine = await Machine.start();
    try {
      withVendoredPackage(machine, {
        start: 'node receiver.mjs',
        test: 'revento login && revento participants list --limit 1',
      });
      installVendored(machine);
      const receiver = machine.spawn('revento', ['help', 'webhooks', '-q', '.node']);
      writeFileSync(join(machine.project, 'receiver.mjs'), await text(receiver.stdout));
      const githubEnv = join(machine.home, 'github-env');
      writeFileSync(githubEnv, '');
      for (const step of steps) {
        const env = { CI: 'true', GITHUB_ENV: githubEnv, ...exportedBy(githubEnv) };
        const shell = machine.spawn('bash', ['-e', '-o', 'pipefail', '-c', step], env);
        // A step may leave a server behind, which holds on to the pipes: its shell's end counts, not theirs.
        let said = '';
        for (const stream of [shell.stdout, shell.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
        const [status] = await once(shell, 'exit');
        expect({ step, status, said: status === 0 ? '' : said }).toEqual({ step, status: 0, said: '' });
      }
      expect(readFileSync(join(machine.project, 'webhooks.xml'), 'utf8')).toMatch(/<testsuite .*failures="0"/);
    } finally {
      await machine.close();
    }
  },
);
