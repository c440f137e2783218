import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Downloads a package from the npm registry and unpacks it; nothing of it is run.
 *
 * @param {string} spec  such as `@oven/bun-linux-aarch64@1.4.5`
 * @param {string} integrity  what the tarball must hash to, as in a lock file
 * @param {string} directory  an own, new one
 * @returns {Promise<string>} the folder of the package
 */
export async function unpacked(spec, integrity, directory) {
  await mkdir(directory, { recursive: true });
  execFileSync('npm', ['pack', '--silent', '--prefer-offline', '--pack-destination', directory, spec], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [file] = await readdir(directory);
  const tarball = join(directory, file);
  const [algorithm] = integrity.split('-', 1);
  const found = `${algorithm}-${createHash(algorithm)
    .update(await readFile(tarball))
    .digest('base64')}`;
  if (found !== integrity) throw new Error(`${spec} is not the expected file: ${found} instead of ${integrity}`);
  execFileSync('tar', ['-xzf', tarball, '-C', directory]);
  return join(directory, 'package');
}
