import { chownSync, linkSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type SettingName, type SettingsFile, settingNames } from '../../config/types.ts';
import { ReventoError } from '../../errors/revento-error.ts';
import { shellWord } from '../../errors/shell-word.ts';
import { isRecord, parseRecord } from '../../json/parse.ts';
import { decodeText } from '../../text/input.ts';
import { makePrivateDirectory, ownerToTake, storeFailure, systemCode } from '../files/durable-file.ts';

/** Runs `work` while no other process does, under a lock file of this path. */
export type ExclusiveLock = <Result>(path: string, work: () => Promise<Result>) => Promise<Result>;

export interface SettingsFileOptions {
  /** Holds `config.json`; made with 0700 at the first write. */
  readonly directory: string;
  readonly lock: ExclusiveLock;
  /** Told of what was open to other users, which it is no longer. */
  readonly onLoose?: (path: string) => void;
}

/** `config.json` as it stands. Fields this version does not know are kept through a write. */
interface Content {
  readonly [unknownField: string]: unknown;
  readonly default_profile?: string;
  /** The store is one for all profiles, and so is what protects it. */
  readonly key_store?: unknown;
  readonly profiles: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
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
  const change = async (edit: (content: Content) => Content | null): Promise<boolean> => {
    try {
      if (!isSharedPlace(directory) && makePrivateDirectory(directory)) onLoose(directory);
    } catch (error) {
      throw storeFailure('use the directory', directory, error);
    }
    return lock(join(directory, 'config.lock'), async () => {
      const edited = edit(read(path));
      if (edited === null) return false;
      if (isLoose(path)) onLoose(path);
      await write(directory, path, edited);
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
 * Whether REVENTO_CONFIG_DIR names a directory that is not for this program alone: `/tmp`, `/`, a home, a checkout.
 * Its mode is somebody's decision, and closing it may lock everybody else out; what is put there has modes of its own.
 */
function isSharedPlace(directory: string): boolean {
  try {
    return readdirSync(directory).some((name) => !/^(auth|data|pace|config\..*)$/.test(name));
  } catch {
    // Not there yet, or out of reach, which making it will tell.
    return false;
  }
}

function read(path: string): Content {
  let text: string;
  try {
    const bytes = readFileSync(path);
    text = decodeText(bytes) ?? bytes.toString('utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return { profiles: {} };
    throw storeFailure('read the settings in', path, error);
  }
  const content = parse(text);
  if (content === null) {
    throw new ReventoError('file', `The settings in ${path} are damaged.`, {
      hint: `mend the file, or move it away and begin anew: mv ${shellWord(path)} ${shellWord(`${path}.damaged`)}; stored logins are not affected`,
    });
  }
  return content;
}

/** Null for what is not a settings file. The reason is dropped: JSON.parse quotes the text it fails on. */
function parse(text: string): Content | null {
  const json = parseRecord(text);
  if (json === null) return null;
  const { default_profile: chosen, profiles = {}, ...rest } = json;
  if (!isRecord(profiles) || !Object.values(profiles).every(isRecord)) return null;
  const content = { ...rest, profiles: profiles as Content['profiles'] };
  if (chosen === undefined) return content;
  return typeof chosen === 'string' ? { ...content, default_profile: chosen } : null;
}

function profilesIn({ profiles }: Content): Record<string, Partial<Record<SettingName, string>>> {
  const found: Record<string, Partial<Record<SettingName, string>>> = Object.create(null);
  for (const [name, fields] of Object.entries(profiles)) found[name] = settingsIn(fields);
  return found;
}

function settingsIn(fields: Readonly<Record<string, unknown>>): Partial<Record<SettingName, string>> {
  const settings: Partial<Record<SettingName, string>> = {};
  for (const name of settingNames) {
    const value = fields[name];
    if (typeof value === 'string' && value !== '') settings[name] = value;
  }
  return settings;
}

/** The fields with changes made; null removes one. */
function applied<Fields extends Readonly<Record<string, unknown>>>(
  fields: Fields,
  changes: Readonly<Record<string, string | null>>,
): Fields {
  const changed = Object.entries({ ...fields, ...changes }).filter(([, value]) => value !== null);
  return Object.fromEntries(changed) as Fields;
}

/**
 * Writes through conf, and makes sure that it did.
 *
 * On a nearly full disk conf can put the first 4,096 bytes of the new text in place of a good file and report
 * success. A second name for the old file costs no disk space, so the way back is open even then.
 */
async function write(directory: string, path: string, content: Content): Promise<void> {
  const Conf = await loadConf();
  // A symbolic link into a dotfiles repository stays one: the file it names is what is replaced.
  const target = existing(path);
  const before = `${target ?? path}.before`;
  rmSync(before, { force: true });
  const hadFile = target !== null && keepUnderSecondName(target, before);
  const text = `${JSON.stringify(content, null, 2)}\n`;
  try {
    const conf = new Conf<Record<string, unknown>>({
      cwd: directory,
      configName: 'config',
      configFileMode: 0o600,
      accessPropertiesByDotNotation: false,
      serialize: () => text,
      // The old text was read already, with its byte order mark.
      deserialize: () => ({ ...content }),
    });
    conf.store = { ...content };
  } catch (error) {
    removeTemporaries(target ?? path);
    if (hadFile) restore(before, target);
    throw writeFailure(path, systemCode(error));
  }
  if (readFileSync(path, 'utf8') !== text) {
    if (hadFile) restore(before, target);
    else rmSync(path, { force: true });
    throw writeFailure(path, 'ENOSPC');
  }
  rmSync(before, { force: true });
  const owner = ownerToTake(directory);
  if (owner !== null) chownSync(path, owner.uid, owner.gid);
}

/**
 * What a failed write left. conf's writer removes it as well, but does not wait until it is gone: on a full disk the
 * space is wanted at once. Needs the lock, so that nobody else's is among them.
 */
function removeTemporaries(target: string): void {
  const directory = dirname(target);
  const prefix = `${basename(target)}.tmp-`;
  for (const name of readdirSync(directory))
    if (name.startsWith(prefix)) rmSync(join(directory, name), { force: true });
}

/** Whether others may read it; what is replaced is 0600 again. */
function isLoose(path: string): boolean {
  const status = process.platform === 'win32' ? undefined : statSync(path, { throwIfNoEntry: false });
  return status !== undefined && (status.mode & 0o077) !== 0;
}

function existing(path: string): string | null {
  try {
    return realpathSync(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw writeFailure(path, systemCode(error));
  }
}

function keepUnderSecondName(path: string, before: string): boolean {
  try {
    linkSync(path, before);
    return true;
  } catch {
    // A file system without hard links (exFAT): the write is still verified, only not undone.
    return false;
  }
}

/** `rename` of a file onto its own other name does nothing and leaves both, so the leftover is removed after. */
function restore(before: string, path: string): void {
  renameSync(before, path);
  rmSync(before, { force: true });
}

function writeFailure(path: string, code: string): unknown {
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new ReventoError('disk_full', `The disk is full: the settings in ${path} were left as they were.`);
  }
  return storeFailure('write the settings in', path, Object.assign(new Error(code), { code }));
}

/**
 * Loading conf installs handlers for SIGINT and a dozen other signals that end the process at once, before ours
 * have put things in order. A write is synchronous, so nothing needs them: they are taken off again.
 */
async function loadConf(): Promise<typeof import('conf').default> {
  const before = signalListeners();
  const { default: Conf } = await import('conf');
  for (const [signal, listeners] of signalListeners()) {
    for (const listener of listeners) if (!before.get(signal)?.has(listener)) process.off(signal, listener);
  }
  return Conf;
}

function signalListeners(): Map<NodeJS.Signals, Set<NodeJS.SignalsListener>> {
  const signals = process.eventNames().filter((name): name is NodeJS.Signals => String(name).startsWith('SIG'));
  return new Map(signals.map((signal) => [signal, new Set(process.listeners(signal))]));
}
