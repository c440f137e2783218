import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** The repository's root. */
export const root = join(import.meta.dirname, '../..');

/** The program users run. */
export const revento = join(root, 'bin/revento.js');

/** Vitest's global set-up of the suites that run the built program: builds it once. */
export function setup(): void {
  execFileSync(process.execPath, [join(root, 'scripts/build.mjs')], { cwd: root, stdio: 'inherit' });
}
