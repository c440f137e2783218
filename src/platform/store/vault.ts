import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ReventoError } from '../../errors/revento-error.ts';
import { isFileName, requireProfileName } from '../../files/file-name.ts';
import type { Clock } from '../../ports/clock.ts';
import {
  type HeldLock,
  type KeySource,
  keySources,
  type Remedies,
  type SealedLog,
  type Vault,
} from '../../ports/store.ts';
import type { Secret } from '../../text/secret.ts';
import { asOwner } from '../files/as-owner.ts';
import { temporaryEnding } from '../files/durable-file.ts';
import { storeFailure, systemCode } from '../files/file-failure.ts';
import { removeOwnFile } from '../files/own-file.ts';
import { makePrivateDirectory } from '../files/private-directory.ts';
import { createKeySources, type SealedBy } from '../key/key-source.ts';
import type { Keyring } from '../key/keyring.ts';
import type { Locks } from '../lock/lock.ts';
import { loginSharing, profileSharing } from './profiles/shared-names.ts';
import { copyPaths, envelopeIn, readCopy } from './sealed-copies.ts';
import { openSealedFile } from './sealed-file.ts';
import { openSealedLog } from './sealed-log.ts';
import { openSpentJournal } from './spent-journal.ts';

/** Leftovers of a crash are removed after this time; no write takes that long. */
const leftoverAgeMs = 3_600_000;

/** A kind, a dash, an event id and perhaps a user id; always used with an extension. */
const fileStem = /^[A-Za-z0-9_.@%-]{1,208}$/;

interface VaultOptions {
  /** Directory of `config.json`; sealed files go to `auth/PROFILE/NAME.json` in it. */
  readonly configDir: string;
  /** Directory of the key file. */
  readonly dataDir: string;
  /** Directories for rescue copies when the first cannot be written: the state directory, then the temporary one. */
  readonly rescueDirs: readonly string[];
  /** REVENTO_STORE_KEY, or null. */
  readonly passphrase: Secret | null;
  /** The `key_store` setting. */
  readonly preferred: () => KeySource;
  readonly keyring: () => Promise<Keyring>;
  readonly locks: Locks;
  readonly clock: Clock;
  readonly notice: (text: string) => void;
}

/** Behind the name of a sealed log: it is not a file of one record. */
const logEnding = '.sealed';

/** A sealed file by its place, for work on the whole store. */
interface SealedAt extends SealedBy {
  readonly profile: string;
  readonly name: string;
}

/** The vault with what only the key store needs of it. */
export interface OpenVault extends Vault {
  readonly keys: ReturnType<typeof createKeySources>;
  file(profile: string, name: string, remedies: Remedies): ReturnType<typeof openSealedFile>;
  /** Every sealed file of every profile that looks like one. */
  all(): SealedAt[];
  /**
   * Opens the sealed log of a profile; null while another process has it open.
   *
   * @throws ReventoError `store_key`, `disk_full`, `file`
   */
  log(profile: string, name: string): Promise<SealedLog | null>;
}

/** Opens the sealed files of a configuration directory. Reads and makes nothing yet. */
export function openVault(options: VaultOptions): OpenVault {
  const { configDir, dataDir, rescueDirs, passphrase, preferred, keyring, locks, clock, notice } = options;
  const directory = join(configDir, 'auth');
  const journal = openSpentJournal(dataDir);
  const keys = createKeySources({ dataDir, passphrase, preferred, keyring, notice });

  const names = (profile: string): string[] =>
    entries(join(directory, requireProfileName(profile)))
      .filter((entry) => entry.endsWith('.json'))
      .map((entry) => entry.slice(0, -'.json'.length))
      .sort();

  const all = (): SealedAt[] =>
    entries(directory)
      .filter(isFileName)
      .flatMap((profile) =>
        names(profile).flatMap((name) => {
          const path = join(directory, profile, `${name}.json`);
          const envelope = envelopeIn(readCopy(path));
          return envelope ? [{ profile, name, path, key: envelope.key }] : [];
        }),
      );

  return {
    directory,
    keys,
    names,
    all,
    file(profile, name, remedies) {
      const folder = join(directory, requireProfileName(profile));
      if (!fileStem.test(name)) throw new ReventoError('usage', `${JSON.stringify(name)} cannot be a file name`);
      const base = join(folder, name);
      return openSealedFile({
        place: { profile, name },
        paths: copyPaths(`${base}.json`, rescueDirs),
        lockPath: `${base}.lock`,
        remedies,
        keys,
        locks,
        journal,
        sealedFiles: all,
        sharing: () => profileSharing(`${base}.json`) ?? loginSharing(`${base}.json`),
        sweep: () => sweep(folder, name, clock.now()),
        now: () => clock.now(),
        notice,
      });
    },
    async log(profile, name) {
      const folder = join(directory, requireProfileName(profile));
      const path = join(folder, `${name}${logEnding}`);
      const shared = profileSharing(path);
      if (shared !== null) throw shared;
      const lock = await lockAtOnce(locks, join(folder, `${name}.lock`), folder);
      if (lock === null) return null;
      try {
        const key = await keys.forNew(keys.choice(), all());
        return openSealedLog({ place: { profile, name: `${name}${logEnding}` }, path, lock, keys, key });
      } catch (error) {
        lock.release();
        throw error;
      }
    },
    protection(profile) {
      const used = new Set(all().flatMap((sealed) => (sealed.profile === profile ? [sealed.key.source] : [])));
      // The weakest file decides how safe a store is.
      return keySources.find((source) => used.has(source)) ?? keys.choice();
    },
  };
}

/** The lock if it is free; null when another process has it. */
async function lockAtOnce(locks: Locks, path: string, folder: string): Promise<HeldLock | null> {
  try {
    makePrivateDirectory(folder);
    return await locks.acquire(path, { timeoutMs: 0 });
  } catch (error) {
    if (error instanceof ReventoError && error.code === 'lock_timeout') return null;
    throw storeFailure('lock', path, error);
  }
}

function entries(directory: string): string[] {
  try {
    return asOwner(directory, () => readdirSync(directory));
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return [];
    throw storeFailure('read', directory, error);
  }
}

/**
 * Whether a file beside a sealed one is a temporary name of a writer or of a lock.
 *
 * The whole ending is compared: an event id may hold dots, and `evt_1.lock.json` is the login of the event `evt_1.lock`.
 */
function isLeftover(entry: string, name: string): boolean {
  if (entry.startsWith(`${name}.json.`)) return temporaryEnding.test(entry.slice(name.length + '.json'.length));
  return entry.startsWith(`${name}.lock.`) && lockEnding.test(entry.slice(name.length + '.lock'.length));
}

/** `.ID` of an owner that is written, `.after-ID` of one that takes over, and both. */
const lockEnding = /^(\.after-[0-9a-fx]+)*(\.[0-9a-f]{16})?$/;

function sweep(folder: string, name: string, nowMs: number): void {
  for (const entry of entries(folder)) {
    if (!isLeftover(entry, name)) continue;
    const path = join(folder, entry);
    const status = lstatSync(path, { throwIfNoEntry: false });
    if (!status || nowMs - status.mtimeMs <= leftoverAgeMs) continue;
    try {
      removeOwnFile(path);
    } catch (error) {
      throw storeFailure('remove', path, error);
    }
  }
}
