import { statSync } from 'node:fs';
import { win32 } from 'node:path';

/** How a program is handed to `child_process.spawn`. */
interface Start {
  readonly file: string;
  readonly args: readonly string[];
  /** The arguments are quoted already. */
  readonly windowsVerbatimArguments: boolean;
}

/** What can be started at all; PATHEXT may name more, which only a shell opens. */
const runnable = ['.com', '.exe', '.bat', '.cmd'];

/**
 * How to start a program on this system. On Windows a name without an ending may stand for a batch file (`npm` is
 * `npm.cmd`), which the system does not look for, and which only `cmd.exe` can run; there it goes through that one
 * with every argument quoted. Everywhere else, and for other programs, nothing changes.
 *
 * @throws Error when an argument cannot be given to a batch file
 *
 * Source: nodejs.org/api/child_process.html, "Spawning .bat and .cmd files on Windows"; CVE-2024-27980.
 */
export function startOf(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  platform: NodeJS.Platform,
  isFile: (path: string) => boolean = isRegularFile,
): Start {
  const found = platform === 'win32' ? find(program, env, isFile) : null;
  if (found === null || !/\.(?:bat|cmd)$/i.test(found)) {
    return { file: found ?? program, args, windowsVerbatimArguments: false };
  }
  const line = [found, ...args].map(quoted).join(' ');
  const file = variableOf(env, 'COMSPEC') ?? systemProgram('cmd.exe', env);
  // No start-up commands; extensions on, which the quoting of % depends on; no !NAME!; outer quotes taken off.
  return { file, args: ['/d', '/e:on', '/v:off', '/s', '/c', `"${line}"`], windowsVerbatimArguments: true };
}

/** The path of a program of Windows. By its name alone one in the working directory would be found first. */
export function systemProgram(name: string, env: Readonly<Record<string, string | undefined>>): string {
  return win32.join(variableOf(env, 'SYSTEMROOT') ?? 'C:\\Windows', 'System32', name);
}

/** The file a command's name stands for; null when there is none. The working directory is not searched. */
function find(
  program: string,
  env: Readonly<Record<string, string>>,
  isFile: (path: string) => boolean,
): string | null {
  const endings = (variableOf(env, 'PATHEXT') ?? runnable.join(';'))
    .toLowerCase()
    .split(';')
    .filter((ending) => runnable.includes(ending));
  const names = runnable.includes(win32.extname(program).toLowerCase())
    ? [program]
    : endings.map((ending) => `${program}${ending}`);
  const directories = /[\\/]/.test(program)
    ? ['']
    : (variableOf(env, 'PATH') ?? '')
        .split(';')
        .map((directory) => directory.replaceAll('"', ''))
        .filter((directory) => directory !== '');
  for (const directory of directories) {
    const path = names.map((name) => (directory === '' ? name : win32.join(directory, name))).find(isFile);
    if (path !== undefined) return path;
  }
  return null;
}

/**
 * An argument as `cmd.exe` leaves it alone and the program behind the batch file reads it: in quotes throughout, so
 * that `&`, `|`, `<`, `>` and `^` are text; a quote doubled, which keeps cmd's count even and is one quote to the C
 * runtime; and after each `%` a variable that is always empty, so that no `%NAME%` is read.
 */
function quoted(arg: string): string {
  if (/[\0\r\n]/.test(arg)) throw new Error('an argument has a line break, which no batch file can be given');
  const text = arg
    .replace(/(\\*)"/g, '$1$1""')
    .replace(/\\+$/, '$&$&')
    .replaceAll('%', '%%cd:~,%');
  return `"${text}"`;
}

/** The names of variables are the same in any case on Windows. */
function variableOf(env: Readonly<Record<string, string | undefined>>, name: string): string | undefined {
  const key = Object.keys(env).find((candidate) => candidate.toUpperCase() === name);
  return key === undefined ? undefined : env[key] || undefined;
}

function isRegularFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
