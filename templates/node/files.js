// Files: encrypted, replaced as a whole, under names that are safe in a path.
import { createCipheriv, createDecipheriv, createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { config, log } from './config.js';

/** A file name for any text, safe in a path. */
export const fileName = (...parts) => createHash('sha256').update(JSON.stringify(parts)).digest('hex');

/** Encrypts with AES-256-GCM. The name is authenticated, so a sealed file cannot stand in for another one. */
export function seal(value, name) {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', config.tokenKey, iv).setAAD(Buffer.from(name));
  const text = Buffer.concat([cipher.update(JSON.stringify(value)), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), text]);
}

/** What was sealed under this name; throws for anything else. */
export function unseal(bytes, name) {
  const decipher = createDecipheriv('aes-256-gcm', config.tokenKey, bytes.subarray(0, 12), { authTagLength: 16 });
  decipher.setAAD(Buffer.from(name)).setAuthTag(bytes.subarray(12, 28));
  return JSON.parse(Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString());
}

/** Replaces a sealed file as a whole: a crash leaves the old one or the new one. */
export async function writeSealed(path, name, value) {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, seal(value, name), { flag: 'wx', mode: 0o600, flush: true });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    if (error.code !== 'ENOENT') throw error;
    await writeSealed(path, name, value); // this process was held up for so long that another one swept the file
  }
}

/** The value of a sealed file; undefined where there is none, or where it is damaged. One file must not stop the rest. */
export async function readSealed(path, name) {
  const bytes = await bytesOf(path);
  try {
    return bytes && unseal(bytes, name);
  } catch {
    log('damaged file', { file: relative(config.dataDir, path) });
    return undefined;
  }
}

const bytesOf = (path) =>
  readFile(path).catch((error) => {
    if (error.code !== 'ENOENT') throw error;
  });

/** Refuses to start where nothing can be stored, or where everything is encrypted with another key. */
export async function checkDataDir() {
  const path = join(config.dataDir, 'key.sealed');
  try {
    const bytes = await bytesOf(path);
    if (bytes) unseal(bytes, 'key');
    await writeSealed(path, 'key', {});
  } catch (error) {
    const reason = error.syscall ? error.message : 'REVENTO_TOKEN_KEY is not the key that its files are encrypted with';
    throw new Error(`Cannot use ${config.dataDir}: ${reason}.`);
  }
}

/** Creates an empty file; false when it exists. The file system lets exactly one caller succeed, in any process. */
export async function createOnce(path) {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  try {
    await (await open(path, 'wx', 0o600)).close();
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/** The names in a directory; none where there is no directory. */
export const namesIn = (path, options) =>
  readdir(path, options).catch((error) => {
    if (error.code !== 'ENOENT') throw error;
    return [];
  });
