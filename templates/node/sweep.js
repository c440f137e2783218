// What killed processes leave behind is removed at the start. Other processes may be running.
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { config } from './config.js';
import { namesIn } from './files.js';
import { forgetSpentClaims } from './tokens.js';

/** A write takes milliseconds. A process that is held up for longer, and loses its file, writes it again. */
const temporaryMs = 60_000;
/** An attempt to connect ends after ten minutes. */
const attemptMs = 24 * 3_600_000;
/** Revento gives up after hours; a delivery that is repeated by hand may be older. */
const workedMs = 30 * 24 * 3_600_000;

export async function sweep() {
  for (const file of await namesIn(config.dataDir, { recursive: true })) {
    if (file.endsWith('.tmp')) await removeOlder(file, temporaryMs);
  }
  for (const name of await namesIn(join(config.dataDir, 'attempts')))
    await removeOlder(join('attempts', name), attemptMs);
  for (const name of await namesIn(join(config.dataDir, 'worked'))) await removeOlder(join('worked', name), workedMs);
  await forgetSpentClaims();
}

async function removeOlder(file, ageMs) {
  const path = join(config.dataDir, file);
  const found = await stat(path).catch((error) => {
    if (error.code !== 'ENOENT') throw error;
  });
  if (found && Date.now() - found.mtimeMs > ageMs) await rm(path, { force: true });
}
