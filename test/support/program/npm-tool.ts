import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { succeed } from './packed.ts';

/**
 * Installs a package of npm's registry that only one test uses, for as long as this process lives, without its scripts.
 *
 * @param name  with its version
 * @returns its directory
 */
export function npmTool(name: string): string {
  const home = mkdtempSync(join(tmpdir(), 'revento-tool-'));
  process.once('exit', () => rmSync(home, { recursive: true, force: true }));
  // With the environment of this run, which may name the registry and the cache.
  succeed('npm', ['install', '--prefix', home, '--no-audit', '--no-fund', '--ignore-scripts', name], home);
  return join(home, 'node_modules', name.replace(/@[^@]+$/, ''));
}
