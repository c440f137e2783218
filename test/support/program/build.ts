import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The repository's root. */
export const root = join(import.meta.dirname, '../../..');

/**
 * The program users run, of this test run's own build: another run, or an edit under way, does not change it. With
 * REVENTO_TEST_PROGRAM it is that one, such as an installed package's.
 */
export const revento = process.env['REVENTO_TEST_PROGRAM'] ?? join(root, 'bin/revento.js');

/** Where compiled code of it is kept, as in the home of a user: all tests of a run use one place. */
export const codeEnv: Readonly<Record<string, string>> =
  process.env['REVENTO_TEST_CODE'] === undefined
    ? { NODE_DISABLE_COMPILE_CACHE: '1' }
    : { XDG_CACHE_HOME: process.env['REVENTO_TEST_CODE'] };

/** Of a test about that code: it is kept in the home of the test. */
export const codeAtHome = { NODE_DISABLE_COMPILE_CACHE: undefined, XDG_CACHE_HOME: undefined };

/** Vitest's global set-up of the suites that run the built program: builds it once, into a place of its own. */
export function setup(): (() => void) | undefined {
  if (process.env['REVENTO_TEST_PROGRAM'] !== undefined) return undefined;
  const directory = mkdtempSync(join(tmpdir(), 'revento-build-'));
  // Some tests run it as another user.
  chmodSync(directory, 0o755);
  execFileSync(process.execPath, [join(root, 'scripts/build.mjs'), '--out', join(directory, 'dist')], {
    cwd: root,
    stdio: 'inherit',
  });
  cpSync(join(root, 'bin'), join(directory, 'bin'), { recursive: true });
  cpSync(join(root, 'package.json'), join(directory, 'package.json'));
  // As an installed package has them beside it: what is not bundled, such as the keyring's native module.
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'));
  process.env['REVENTO_TEST_PROGRAM'] = join(directory, 'bin/revento.js');
  const code = join(directory, 'code');
  mkdirSync(code);
  process.env['REVENTO_TEST_CODE'] = code;
  // A browser may run on when its login has ended, and still write compiled code.
  return () => rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
}
