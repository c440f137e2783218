import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './build.ts';

/** Runs something; fails with what it printed when it fails. */
export function succeed(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status === 0) return stdout;
  throw new Error(`${command} ${args.join(' ')} ended with ${status ?? String(error)}:\n${stdout}${stderr}`);
}

/**
 * A directory in which `revento` is installed as it would be published, from the build of this test run.
 *
 * @param others  packages of this repository that are installed there as well
 */
export function installPacked(others: readonly string[] = []): {
  readonly directory: string;
  readonly tarball: string;
} {
  const directory = mkdtempSync(join(tmpdir(), 'revento-packed-'));
  // Without scripts: another test must not lose the build while this one packs.
  const packed = succeed('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', directory], root);
  const tarball = join(directory, JSON.parse(packed)[0].filename);
  const modules = join(directory, 'node_modules');
  mkdirSync(join(modules, 'revento'), { recursive: true });
  succeed('tar', ['-xzf', tarball, '-C', join(modules, 'revento'), '--strip-components=1'], directory);
  for (const name of others) {
    if (name.includes('/')) mkdirSync(join(modules, name, '..'), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
  return { directory, tarball };
}
