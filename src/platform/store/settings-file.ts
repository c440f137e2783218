import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { SettingsFile } from '../../config/types.ts';
import { ReventoError } from '../../errors/revento-error.ts';
import { shellWord } from '../../errors/shell-word.ts';
import { decodeText } from '../../text/input.ts';
import { asOwner } from '../files/as-owner.ts';
import { storeFailure } from '../files/file-failure.ts';
import { notOurFile, readOwnFile } from '../files/own-file.ts';
import { makePrivateDirectory } from '../files/private-directory.ts';
import { lineOfSetting } from './setting-line.ts';
import { applied, parseSettings, profilesIn, type SettingsContent, settingsIn } from './settings-content.ts';
import { writeSettings } from './settings-writer.ts';

/** Runs `work` while no other process does, under a lock file of this path. */
export type ExclusiveLock = <Result>(path: string, work: () => Promise<Result>) => Promise<Result>;

interface SettingsFileOptions {
  /** Holds `config.json`; made with 0700 at the first write. */
  readonly directory: string;
  readonly lock: ExclusiveLock;
  /** Called with the path of a file that was open to other users and no longer is. */
  readonly onLoose?: (path: string) => void;
}

/**
 * The settings file. Reading takes the file as plain JSON, because loading conf (with its schema validator) costs
 * three times what starting Node does; only a write loads it.
 *
 * @throws ReventoError `file` on reading or writing what is not readable, writable or valid JSON
 */
export function openSettingsFile({ directory, lock, onLoose = () => undefined }: SettingsFileOptions): SettingsFile {
  const path = join(directory, 'config.json');

  /** Changes the file under the lock, from what it holds then and not from what was read earlier. */
  const change = async (edit: (content: SettingsContent) => SettingsContent | null): Promise<boolean> => {
    try {
      if (!isSharedPlace(directory) && makePrivateDirectory(directory)) onLoose(directory);
    } catch (error) {
      throw storeFailure('use the directory', directory, error);
    }
    return lock(join(directory, 'config.lock'), async () => {
      const edited = edit(read(path));
      if (edited === null) return false;
      if (isLoose(path)) onLoose(path);
      await writeSettings(directory, edited);
      return true;
    });
  };

  return {
    path,
    profiles: () => profilesIn(read(path)),
    of: (profile) => {
      const content = read(path);
      return { ...settingsIn(content.profiles[profile] ?? {}), ...settingsIn({ key_store: content.key_store }) };
    },
    placeOf(profile, name) {
      const line = lineOfSetting(textOf(path) ?? '', profile, name);
      return line === null ? path : `${path}, line ${line}`;
    },
    defaultProfile: () => read(path).default_profile ?? 'default',
    async update(profile, changes) {
      await change((content) => {
        const { key_store: keyStore, ...others } = changes;
        const shared = keyStore === undefined ? content : applied(content, { key_store: keyStore });
        if (Object.keys(others).length === 0) return shared;
        const settings = applied(content.profiles[profile] ?? {}, others);
        return { ...shared, profiles: { ...content.profiles, [profile]: settings } };
      });
    },
    remove: (profile) =>
      change((content) => {
        if (!Object.hasOwn(content.profiles, profile)) return null;
        const { [profile]: _removed, ...profiles } = content.profiles;
        const { default_profile: chosen, ...rest } = content;
        return chosen === undefined || chosen === profile
          ? { ...rest, profiles }
          : { ...rest, default_profile: chosen, profiles };
      }),
    async use(profile) {
      await change((content) => ({ ...content, default_profile: profile }));
    },
  };
}

/**
 * Whether REVENTO_CONFIG_DIR names a directory with other uses: `/tmp`, `/`, a home, a checkout.
 * Its mode is the user's decision, and closing it could lock others out; files in it have their own modes.
 */
function isSharedPlace(directory: string): boolean {
  try {
    return asOwner(directory, () => readdirSync(directory)).some((name) => !/^(auth|data|pace|config\..*)$/.test(name));
  } catch {
    // Missing or inaccessible; creating it will tell.
    return false;
  }
}

function read(path: string): SettingsContent {
  const text = textOf(path);
  if (text === null) return { profiles: {} };
  const content = parseSettings(text);
  if (typeof content !== 'string') return content;
  throw new ReventoError('file', `The settings in ${path} are damaged: ${content}.`, {
    hint: `fix the file, or move it aside and start over: mv ${shellWord(path)} ${shellWord(`${path}.damaged`)}; stored logins are not affected`,
  });
}

function textOf(path: string): string | null {
  try {
    // A link into a dotfiles repository is the user's choice.
    const found = readOwnFile(path, { isLinkFollowed: true });
    if (found === null) return null;
    if (found.kind === 'other') throw notOurFile(path, found.what);
    return decodeText(found.bytes) ?? found.bytes.toString('utf8');
  } catch (error) {
    throw storeFailure('read the settings in', path, error);
  }
}

/** Whether others may read it; what is replaced is 0600 again. */
function isLoose(path: string): boolean {
  const status = process.platform === 'win32' ? undefined : statSync(path, { throwIfNoEntry: false });
  return status !== undefined && (status.mode & 0o077) !== 0;
}
