import { type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { ReventoError } from '../../errors/revento-error.ts';
import { shellWord } from '../../errors/shell-word.ts';
import { asOwner } from '../files/as-owner.ts';

/** Whether another user may have written the settings. */
export interface Trust {
  /** Why these settings must not be used for secrets; null if they may. */
  readonly refusal: ReventoError | null;
  /** One sentence for each way in which other users could change the store. */
  readonly warnings: readonly string[];
}

/**
 * Judges `config.json` and the directories of settings and key by owner and mode. The settings name the hosts that
 * secrets are sent to, so a file that another user wrote, or could write, is refused as ssh refuses it.
 */
export function judgeTrust(configDir: string, dataDir: string): Trust {
  if (process.platform === 'win32') return { refusal: null, warnings: [] };
  const path = join(configDir, 'config.json');
  const warnings: string[] = [];
  const refusal = asOwner(path, () => {
    const status = statusOf(path);
    if (status === null) return null;
    if (isForeign(status)) {
      return refuse(path, `belongs to another user (uid ${status.uid})`, `sudo chown "$USER" ${shellWord(path)}`);
    }
    if ((status.mode & 0o002) !== 0) {
      return refuse(path, `can be changed by every user (mode ${modeOf(status)})`, `chmod 600 ${shellWord(path)}`);
    }
    if (isGroupWritable(status)) {
      warnings.push(`${path} can be changed by its group (mode ${modeOf(status)}); run: chmod 600 ${shellWord(path)}`);
    }
    return null;
  });
  for (const directory of new Set([configDir, dataDir])) {
    const found = asOwner(directory, () => whoElse(directory));
    if (found !== null) warnings.push(found);
  }
  return { refusal, warnings };
}

/** A sentence about a directory in which others can replace files; null when they can't. */
function whoElse(directory: string): string | null {
  const status = statusOf(directory);
  if (status === null) return null;
  if (isForeign(status))
    return `${directory} belongs to another user (uid ${status.uid}), who can replace what is in it`;
  // In a sticky directory such as /tmp nobody can replace the files of others.
  const isOpen = (status.mode & 0o1000) === 0 && ((status.mode & 0o002) !== 0 || isGroupWritable(status));
  if (!isOpen) return null;
  return `other users can replace what is in ${directory} (mode ${modeOf(status)}); run: chmod 700 ${shellWord(directory)}`;
}

/** Root can change everything anyway. */
function isForeign({ uid }: Stats): boolean {
  return uid !== 0 && uid !== process.geteuid?.();
}

/** A private group, as most systems create one for each user, has no other members. */
function isGroupWritable({ mode, gid }: Stats): boolean {
  return (mode & 0o020) !== 0 && gid !== process.getegid?.();
}

function statusOf(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    // Missing or inaccessible: then nothing of it is used.
    return null;
  }
}

function modeOf({ mode }: Stats): string {
  return (mode & 0o7777).toString(8).padStart(4, '0');
}

function refuse(path: string, why: string, command: string): ReventoError {
  return new ReventoError('file', `${path} ${why}, so nothing secret is sent to the hosts it names.`, {
    hint: `check what it says, then run: ${command}`,
  });
}
