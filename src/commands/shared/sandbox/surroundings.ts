import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Deps } from '../../../command-kit/deps.ts';

/**
 * A browser may run on for a moment after the command that opened it has ended. It keeps no compiled code: it would
 * write that into a home that a test is about to remove.
 *
 * Source: https://nodejs.org/api/cli.html#node_disable_compile_cache1
 */
const unwritten = ['NODE_DISABLE_COMPILE_CACHE', '1'] as const;

/** The environment of a command beside a sandbox: without any trace of a real login, with this program as `revento` and as the browser. */
export async function surroundings(
  { childEnv, program }: Pick<Deps, 'childEnv' | 'program'>,
  scratch: string,
): Promise<Record<string, string>> {
  const env = Object.fromEntries(
    Object.entries(childEnv).filter(([name]) => !/^REVENTO_/i.test(name) && name.toUpperCase() !== 'SANDBOX_EVENT_ID'),
  );
  const bin = join(scratch, 'bin');
  await mkdir(bin, { mode: 0o700 });
  await writeLauncher(bin, 'revento', program);
  const browser = await writeLauncher(bin, 'revento-consent', [...program, 'sandbox', 'consent'], unwritten);
  const pathName = Object.keys(env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  const path = env[pathName];
  return {
    ...env,
    [pathName]: path === undefined ? bin : `${bin}${delimiter}${path}`,
    // Quoted, because programs split BROWSER at spaces.
    BROWSER: /\s/.test(browser) ? `"${browser}"` : browser,
    REVENTO_CONFIG_DIR: join(scratch, 'config'),
  };
}

/**
 * A script of a line or two: programs split BROWSER in different ways, but all understand a single path.
 *
 * @param variable  set for this script alone: a name and a plain value
 */
async function writeLauncher(
  directory: string,
  name: string,
  words: readonly string[],
  variable?: readonly [name: string, value: string],
): Promise<string> {
  const set = variable?.join('=');
  if (process.platform === 'win32') {
    const path = join(directory, `${name}.cmd`);
    const quoted = words.map((word) => `"${word.replaceAll('%', '%%')}"`).join(' ');
    await writeFile(path, `${set === undefined ? '' : `@setlocal\r\n@set ${set}\r\n`}@${quoted} %*\r\n`, {
      mode: 0o700,
    });
    return path;
  }
  const path = join(directory, name);
  const quoted = words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  await writeFile(path, `#!/bin/sh\n${set === undefined ? '' : `export ${set}\n`}exec ${quoted} "$@"\n`, {
    mode: 0o700,
  });
  return path;
}
