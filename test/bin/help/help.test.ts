import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withReason } from '../../support/program/needs.ts';
import { isOneFile, onlyWithNode, preloadEnv, startLine, startOf } from '../../support/program/start-words.ts';

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'revento-help-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

function run(args: readonly string[], env: Record<string, string> = {}) {
  return spawnSync(...startOf(args), {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: home, REVENTO_CONFIG_DIR: join(home, 'revento'), ...env },
  });
}

/** The same on a terminal of 100 columns; its line ends are a terminal's. */
function runOnTerminal(args: string, env: Record<string, string> = {}) {
  const { stdout } = spawnSync('script', ['-qec', `stty cols 100; ${startLine} ${args}`, '/dev/null'], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: home, TERM: 'xterm', ...env },
  });
  return stdout.replaceAll('\r\n', '\n');
}

describe('help', () => {
  it.each([[[]], [['--help']], [['help']], [['help', 'webhook', 'listen']], [['webhook']]])(
    'goes to stdout and ends with 0: %j',
    (args) => {
      const { status, stdout, stderr } = run(args);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).toContain('Usage\n');
    },
  );

  it('is plain in a pipe', () => {
    expect(run(['--help']).stdout).not.toContain('\x1b');
  });

  it('has color on a terminal', () => {
    expect(runOnTerminal('--help')).toContain('\x1b[1mUsage\x1b[22m');
  });

  it('has none there with NO_COLOR or --no-color', () => {
    expect(runOnTerminal('--help', { NO_COLOR: '1' })).not.toContain('\x1b[');
    expect(runOnTerminal('status --help --no-color')).not.toContain('\x1b[');
  });

  it('reads the same with color and without', () => {
    const colored = runOnTerminal('webhook listen --help').replace(/\x1b\[\d+m/g, '');
    expect(colored).toBe(run(['webhook', 'listen', '--help']).stdout);
  });

  it('of a command that does not exist is wrong usage', () => {
    const { status, stdout, stderr } = run(['help', 'webhok', 'listen']);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toBe('error: unknown command "webhok"\nhint: did you mean `revento webhook listen`?\n');
  });
});

describe('a defect', () => {
  /** Makes the program fail where it foresaw nothing: in the middle of a command. */
  const breaking = () => {
    const file = join(home, 'break.cjs');
    writeFileSync(
      file,
      `const real = String.prototype.padStart;
String.prototype.padStart = function (...args) {
  if (${isOneFile ? 'process.argv' : 'new Error().stack'}.includes('exit-codes')) throw new TypeError('out of order');
  return real.apply(this, args);
};`,
    );
    return isOneFile ? preloadEnv([file]) : { NODE_OPTIONS: `--require=${file}` };
  };

  it('is one sentence and what to do', () => {
    const { status, stderr } = run(['help', 'exit-codes'], breaking());
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: .*out of order\nhint: .*--debug.*\n$/);
  });

  it.each(['0', 'false', ''])('stays the same with REVENTO_DEBUG=%s', (value) => {
    const { stderr } = run(['help', 'exit-codes'], { ...breaking(), REVENTO_DEBUG: value });
    expect(stderr).toMatch(/^error: .*out of order\nhint: .*--debug.*\n$/);
  });

  const onlyNode = onlyWithNode('the one file is without source maps');
  it.skipIf(onlyNode !== null).each([
    ['--debug', ['--debug'], {}],
    ['REVENTO_DEBUG', [], { REVENTO_DEBUG: '1' }],
  ])(withReason('shows the line of the source with %s', onlyNode), (_name, args, env) => {
    const { status, stderr } = run(['help', 'exit-codes', ...args], { ...breaking(), ...env });
    expect(status).toBe(1);
    expect(stderr).toMatch(/\n {4}at .*src[/\\]commands[/\\]help[/\\]exit-codes\.ts:\d+:\d+/);
  });
});
