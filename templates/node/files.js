// Files: encrypted, replaced as a whole, under names that are safe in a path.
import { createCipheriv, createDecipheriv, createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { config, log } from './config.js';

const extension = '.sealed';
/** Of a sealed file. */
export const pathOf = (directory, name) => join(directory, `${name}${extension}`);

/** Handles failures with one of these codes, and no others. */
export function unless(...codes) {
  return (error) => {
    if (!codes.includes(error.code)) throw error;
  };
}

/** Unlike `existsSync`, fails where nobody can know. */
export const exists = (path) => stat(path).then(Boolean, unless('ENOENT'));

/** A file name for any text, safe in a path. */
export const fileName = (...parts) => createHash('sha256').update(JSON.stringify(parts)).digest('hex');

/** Encrypts with AES-256-GCM. The name is authenticated, so a sealed file cannot stand in for another one. */
export function seal(value, name) {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', config.tokenKey, iv).setAAD(Buffer.from(name));
  const text = Buffer.concat([cipher.update(JSON.stringify(value)), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), text]);
}

/** What was sealed under this name; undefined for anything else. */
export function unseal(bytes, name) {
  try {
    const decipher = createDecipheriv('aes-256-gcm', config.tokenKey, bytes.subarray(0, 12), { authTagLength: 16 });
    decipher.setAAD(Buffer.from(name)).setAuthTag(bytes.subarray(12, 28));
    return JSON.parse(Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString());
  } catch {
    return undefined;
  }
}

/** Replaces a sealed file as a whole: a crash, or a loss of power, leaves the old one or the new one. */
export async function writeSealed(directory, name, value) {
  const temporary = join(directory, `${randomUUID()}.tmp`);
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await writeFile(temporary, seal(value, name), { flag: 'wx', mode: 0o600, flush: true });
    await rename(temporary, pathOf(directory, name));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  if (process.platform === 'win32') return; // it takes care of the names by itself
  const handle = await open(directory);
  await handle.sync().finally(() => handle.close());
}

/** The value of a sealed file; undefined where there is none, or where it is damaged. */
export async function readSealed(directory, name) {
  const path = pathOf(directory, name);
  const bytes = await readFile(path).catch(unless('ENOENT'));
  const value = bytes && unseal(bytes, name);
  if (bytes && !value) log('damaged file', { file: relative(config.dataDir, path) });
  return value;
}

/** The values of all sealed files in a directory. One that cannot be read must not stop the rest, but is a `failure`. */
export async function readAllSealed(directory) {
  const files = (await namesIn(directory)).filter((file) => file.endsWith(extension));
  const read = await Promise.allSettled(files.map((file) => readSealed(directory, file.slice(0, -extension.length))));
  const failures = read.flatMap(({ reason }) => reason ?? []);
  for (const { message } of failures) log('unreadable file', { error: message });
  return { values: read.flatMap(({ value }) => value ?? []), failure: failures[0] };
}

/** Creates an empty file; false when it exists. The file system lets exactly one caller succeed, in any process. */
export async function createOnce(path) {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(path, 'wx', 0o600).catch(unless('EEXIST'));
  await file?.close();
  return Boolean(file);
}

/** The names in a directory; none where there is no directory. */
export const namesIn = async (path, options) => (await readdir(path, options).catch(unless('ENOENT'))) ?? [];

/** Refuses to start where nothing can be stored, or where everything is encrypted with another key. */
export async function openDataDir() {
  if ((await exists(pathOf(config.dataDir, 'key'))) && !(await readSealed(config.dataDir, 'key'))) {
    throw new Error(`REVENTO_TOKEN_KEY is not the key that the files in ${config.dataDir} are encrypted with.`);
  }
  await writeSealed(config.dataDir, 'key', {});
  await sweep();
}

const dayMs = 24 * 3_600_000;
/** Revento gives up a delivery after hours; one that is repeated by hand may be older. */
const keptDays = { attempts: 1, worked: 30 };

/** Removes what is not needed anymore, and what killed processes left behind. Other processes may be running. */
async function sweep() {
  for (const file of await namesIn(config.dataDir, { recursive: true })) {
    const days = file.endsWith('.tmp') ? 1 : keptDays[dirname(file)];
    const path = join(config.dataDir, file);
    const found = days && (await stat(path).catch(unless('ENOENT')));
    if (found && Date.now() - found.mtimeMs > days * dayMs) await rm(path, { force: true });
  }
}
