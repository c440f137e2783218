import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { zipSync } from 'fflate';

/** Everything in the archives is as old as this, so that the same files give the same bytes. */
const made = '1980-01-01T12:00:00';

/**
 * Packs a folder: a ZIP file for Windows, a tarball elsewhere.
 *
 * @param {string} folder  its name is that of the archive, and of the folder inside
 * @returns {Promise<string>} the archive, beside the folder
 */
export async function pack(folder, isWindows) {
  const file = `${folder}${isWindows ? '.zip' : '.tar.gz'}`;
  writeFileSync(file, isWindows ? zipOf(folder) : await tarballOf(folder));
  return file;
}

function zipOf(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
  const inside = (path) => join(basename(folder), path.slice(folder.length + 1)).replaceAll('\\', '/');
  return zipSync(Object.fromEntries(paths.map((path) => [inside(path), [readFileSync(path), { mtime: made }]])));
}

async function tarballOf(folder) {
  const flags = ['--sort=name', `--mtime=${made}Z`, '--owner=0', '--group=0', '--numeric-owner', '--format=ustar'];
  const tar = execFileSync('tar', [...flags, '-C', dirname(folder), '-c', basename(folder)], { maxBuffer: 2 ** 30 });
  return promisify(gzip)(tar);
}

/** One line of a file of checksums, as `sha256sum` writes and checks it. */
export function sumLine(file) {
  return `${createHash('sha256').update(readFileSync(file)).digest('hex')}  ${basename(file)}\n`;
}
