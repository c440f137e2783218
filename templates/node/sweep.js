// What killed processes leave behind is removed at the start. Other processes may be running.
import { rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { config } from './config.js';
import { namesIn } from './files.js';
import { forgetLeftovers } from './tokens.js';

/** A write takes milliseconds. A process that is held up for longer, and loses its file, writes it again. */
const temporaryMs = 60_000;
/**
 * An attempt to connect ends after ten minutes. Revento gives up a delivery after hours; one that is repeated by hand may
 * be older.
 */
const keptMs = { attempts: 24 * 3_600_000, worked: 30 * 24 * 3_600_000 };

export async function sweep() {
  for (const file of await namesIn(config.dataDir, { recursive: true })) {
    const ageMs = file.endsWith('.tmp') ? temporaryMs : keptMs[dirname(file)];
    if (ageMs) await removeOlder(join(config.dataDir, file), ageMs);
  }
  await forgetLeftovers();
}

async function removeOlder(path, ageMs) {
  const found = await stat(path).catch((error) => {
    if (error.code !== 'ENOENT') throw error;
  });
  if (found && Date.now() - found.mtimeMs > ageMs) await rm(path, { force: true });
}
