import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startOf } from '../../../src/platform/process/windows-start.ts';

const env = {
  Path: 'C:\\one;"C:\\Program Files\\nodejs";;',
  PATHEXT: '.COM;.EXE;.BAT;.CMD;.VBS',
  ComSpec: 'C:\\cmd.exe',
};
const there = [
  'C:\\Program Files\\nodejs\\npm.cmd',
  'C:\\Program Files\\nodejs\\node.exe',
  'C:\\one\\both.exe',
  'C:\\one\\both.cmd',
  'C:\\tmp\\revento-consent.cmd',
  'C:\\one\\script.vbs',
  'here.cmd',
];
const start = (program: string, args: readonly string[] = [], platform: NodeJS.Platform = 'win32') =>
  startOf(program, args, env, platform, (path) => there.includes(path));
/** The command line of a batch file as `cmd.exe` is given it, without the outer quotes that /s takes off. */
const lineOf = (args: readonly string[]) => (start('npm', args).args.at(-1) ?? '').slice(1, -1);

describe('on Windows', () => {
  it.each([
    ['npm', 'C:\\Program Files\\nodejs\\npm.cmd'],
    ['NPM.CMD', null],
    ['npm.cmd', 'C:\\Program Files\\nodejs\\npm.cmd'],
    ['C:\\tmp\\revento-consent.cmd', 'C:\\tmp\\revento-consent.cmd'],
    ['C:\\tmp\\revento-consent', 'C:\\tmp\\revento-consent.cmd'],
  ])('%s is run by cmd.exe where it is a batch file', (program, path) => {
    const { file, args, windowsVerbatimArguments } = start(program, ['test']);
    if (path === null) return expect(file).toBe(program);
    expect(file).toBe('C:\\cmd.exe');
    expect(args).toEqual(['/d', '/e:on', '/v:off', '/s', '/c', `""${path}" "test""`]);
    expect(windowsVerbatimArguments).toBe(true);
  });

  it.each([
    ['node', 'C:\\Program Files\\nodejs\\node.exe'],
    ['both', 'C:\\one\\both.exe'],
    // Only a shell opens it, and the working directory is nobody's place for programs.
    ['script', 'script'],
    ['here', 'here'],
    ['no-such-program', 'no-such-program'],
  ])('%s is started as it is: %s', (program, file) => {
    expect(start(program, ['a b'])).toEqual({ file, args: ['a b'], windowsVerbatimArguments: false });
  });

  it('a URL reaches a batch file whole', () => {
    const url = 'https://auth.test/oauth/authorize?a=1&redirect_uri=http%3A%2F%2Flocalhost';
    expect(lineOf([url])).toBe(
      '"C:\\Program Files\\nodejs\\npm.cmd" "https://auth.test/oauth/authorize?a=1&redirect_uri=http%%cd:~,%3A%%cd:~,%2F%%cd:~,%2Flocalhost"',
    );
  });

  it('an argument is never a command of its own, and is read again as it was', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: fc.constantFrom(...'ab"\\ %&|<>^!()') })), (args) => {
        // cmd puts an empty text where the variable stands; what is outside quotes it may take for an operator.
        const line = lineOf(args).replaceAll('%%cd:~,%', '%');
        const outside = line.split('"').filter((_, index) => index % 2 === 0);
        expect(outside.join('')).toMatch(/^ *$/);
        expect(parsed(line).slice(1)).toEqual(args);
      }),
    );
  });

  it.each(['a\nb', 'a\rb', 'a\0b'])('%j is refused to a batch file', (arg) => {
    expect(() => start('npm', [arg])).toThrow('no batch file can be given');
  });
});

it('changes nothing elsewhere', () => {
  const whole = { file: 'npm', args: ['a&b', '%PATH%'], windowsVerbatimArguments: false };
  expect(start('npm', ['a&b', '%PATH%'], 'linux')).toEqual(whole);
});

/** The arguments of a command line as the C runtime of Windows parses them ("Parsing C command-line arguments"). */
function parsed(line: string): string[] {
  const args: string[] = [];
  let arg: string | null = null;
  let isQuoted = false;
  for (let at = 0; at < line.length; ) {
    const slashes = /^\\*/.exec(line.slice(at))?.[0].length ?? 0;
    const next = line[at + slashes];
    if (slashes > 0) {
      arg = (arg ?? '') + '\\'.repeat(next === '"' ? Math.floor(slashes / 2) : slashes);
      at += slashes;
      if (next === '"' && slashes % 2 === 1) {
        arg += '"';
        at++;
      }
    } else if (next === '"') {
      arg ??= '';
      if (isQuoted && line[at + 1] === '"') {
        arg += '"';
        at += 2;
      } else {
        isQuoted = !isQuoted;
        at++;
      }
    } else if (next === ' ' && !isQuoted) {
      if (arg !== null) args.push(arg);
      arg = null;
      at++;
    } else {
      arg = (arg ?? '') + next;
      at++;
    }
  }
  return arg === null ? args : [...args, arg];
}
