import { ReventoError } from '../../errors/revento-error.ts';
import { shellWord } from '../../errors/shell-word.ts';
import type { KeySource } from '../../ports/store.ts';
import type { Secret } from '../../text/secret.ts';
import { counted } from '../../text/sentence.ts';
import { isKey, type KeyName, keyId, newKey, type StoreKey } from './envelope.ts';
import { createKeyFile, keyFilePath, readKeyFile } from './key-file.ts';
import type { Keyring } from './keyring.ts';
import { deriveKey, newKdf } from './passphrase.ts';

interface KeySourceOptions {
  /** Directory of the key file; not among the sealed files. */
  readonly dataDir: string;
  /** REVENTO_STORE_KEY, or null. */
  readonly passphrase: Secret | null;
  /** The `key_store` setting. */
  readonly preferred: () => KeySource;
  readonly keyring: () => Promise<Keyring>;
  readonly notice: (text: string) => void;
}

/** The header and path of a sealed file, to name the files that need a missing key. */
export interface SealedBy {
  readonly path: string;
  readonly key: KeyName;
}

export interface KeySources {
  /**
   * The key that a sealed file names. Its source was decided when the key was made, and is not guessed again.
   *
   * @throws ReventoError `store_key`
   */
  find(name: KeyName): Promise<StoreKey>;
  /** The same synchronously: null unless it was found before. */
  loaded(id: string): StoreKey | null;
  /** Where a new record's key is kept: passphrase when one is given, then the setting, then the key file. */
  choice(): KeySource;
  /**
   * The key for new records, made if needed. Never made while a sealed file needs another one
   * from the same place.
   *
   * @param sealed  every sealed file of the store
   * @throws ReventoError `store_key`, `usage` for a passphrase that is too short
   */
  forNew(source: KeySource, sealed: readonly SealedBy[]): Promise<StoreKey>;
  /** Fails as `forNew` would, but makes no key. */
  checkForNew(source: KeySource, sealed: readonly SealedBy[]): Promise<void>;
}

/** Keys of the sealed files, kept in memory once found. */
export function createKeySources(options: KeySourceOptions): KeySources {
  const { dataDir, passphrase, preferred, keyring, notice } = options;
  const path = keyFilePath(dataDir);
  const known = new Map<string, StoreKey>();
  const remember = (key: StoreKey): StoreKey => {
    known.set(key.id, key);
    return key;
  };
  const onLoose = (directory: string) => notice(`warning: ${directory} was open to other users; it is 0700 now`);

  const fromFile = (bytes: Uint8Array): StoreKey => remember({ id: keyId(bytes), source: 'keyfile', kdf: null, bytes });

  const fromKeyring = async (id: string): Promise<StoreKey | null> => {
    const text = await (await keyring()).get(account(id));
    const bytes = Buffer.from(text ?? '', 'base64');
    if (text === null || !isKey(bytes) || keyId(bytes) !== id) return null;
    return remember({ id, source: 'keyring', kdf: null, bytes });
  };

  const find = async (name: KeyName): Promise<StoreKey> => {
    const loaded = known.get(name.id);
    if (loaded) return loaded;
    if (name.source === 'passphrase') {
      if (passphrase === null || name.kdf === null) throw passphraseMissing();
      const key = await deriveKey(passphrase, name.kdf);
      if (key.id !== name.id) throw passphraseWrong();
      return remember(key);
    }
    if (name.source === 'keyring') {
      const key = await fromKeyring(name.id);
      if (key === null) throw keyMissing(`The OS keyring here has no key ${name.id}`);
      return key;
    }
    const bytes = readKeyFile(path);
    if (bytes === null) throw keyMissing(`The key file ${path} is not there`);
    const key = fromFile(bytes);
    if (key.id !== name.id)
      throw keyMissing(`The key file ${path} holds another key than the one this was sealed with`);
    return key;
  };

  /** The key that files of this source are sealed with already; null when there are none. */
  const presentOf = async (source: KeySource, sealed: readonly SealedBy[]): Promise<StoreKey | null> => {
    const others = sealed.filter(({ key }) => key.source === source);
    const distinct = new Map(others.map((other) => [other.key.id, other.key]));
    let present: StoreKey | null = null;
    for (const [id, name] of distinct) {
      // There may be several: first logins at the same moment each make a salt or a keyring entry of their own.
      const key = await find(name).catch((error: unknown) => {
        throw withFiles(
          error,
          others.filter((other) => other.key.id === id),
        );
      });
      present ??= key;
    }
    return present;
  };

  return {
    find,
    loaded: (id) => known.get(id) ?? null,
    choice: () => (passphrase === null ? preferred() : 'passphrase'),
    async checkForNew(source, sealed) {
      const isThere = (await presentOf(source, sealed)) !== null;
      if (source === 'keyring') await (await keyring()).probe();
      if (isThere) return;
      if (source === 'passphrase') requireStrength(passphrase);
      if (source === 'keyfile') readKeyFile(path);
    },
    async forNew(source, sealed) {
      const present = await presentOf(source, sealed);
      if (present !== null) {
        if (source === 'keyring') await (await keyring()).probe();
        return present;
      }
      if (source === 'passphrase') {
        return remember(await deriveKey(requireStrength(passphrase), newKdf()));
      }
      if (source === 'keyfile') return fromFile(readKeyFile(path) ?? createKeyFile(path, onLoose));
      const ring = await keyring();
      await ring.probe();
      const bytes = newKey();
      const id = keyId(bytes);
      // Each key has an entry of its own, so two processes that make one at once cannot overwrite each other's.
      await ring.set(account(id), bytes.toString('base64'));
      const key = await fromKeyring(id);
      if (key === null) throw keyMissing('The OS keyring did not keep the new key');
      return key;
    },
  };
}

function account(id: string): string {
  return `store-key-${id}`;
}

function keyMissing(what: string): ReventoError {
  return new ReventoError('store_key', `${what}; nothing was changed.`, {
    hint: 'restore the key from a backup; without it, what was stored cannot be read',
  });
}

/** Shortest passphrase for a new store, characters. Existing files still open with a shorter one. */
const minPassphraseChars = 8;
const strongOne = 'for a strong one, run: openssl rand -base64 24';

/** @throws ReventoError `store_key` when there is no passphrase, `usage` when it is too weak to seal anything new */
function requireStrength(passphrase: Secret | null): Secret {
  if (passphrase === null) {
    throw new ReventoError('store_key', 'Encrypting with a passphrase needs REVENTO_STORE_KEY, which is not set.', {
      hint: `set REVENTO_STORE_KEY to a passphrase of at least ${minPassphraseChars} characters; ${strongOne}`,
    });
  }
  const length = [...passphrase.reveal().trim()].length;
  if (length >= minPassphraseChars) return passphrase;
  throw new ReventoError(
    'usage',
    `REVENTO_STORE_KEY has ${counted(length, 'character')}; a passphrase for the stored logins needs at least ${minPassphraseChars}.`,
    { hint: `set REVENTO_STORE_KEY to a longer one; ${strongOne}` },
  );
}

function passphraseMissing(): ReventoError {
  return new ReventoError(
    'store_key',
    'What is stored is encrypted with a passphrase, and REVENTO_STORE_KEY is not set.',
    {
      hint: 'set REVENTO_STORE_KEY to the passphrase it was stored with',
    },
  );
}

function passphraseWrong(): ReventoError {
  return new ReventoError('store_key', 'REVENTO_STORE_KEY is not the passphrase this was encrypted with.', {
    hint: 'set REVENTO_STORE_KEY to the passphrase it was stored with',
  });
}

/** Adds the remedy for a lost key. */
function withFiles(error: unknown, files: readonly SealedBy[]): unknown {
  if (!(error instanceof ReventoError)) return error;
  const paths = files.map(({ path }) => shellWord(path)).join(' ');
  const hint = `${error.facts.hint ?? 'put the key back'}; or, to delete what can no longer be opened, run: rm ${paths}`;
  return new ReventoError(error.code, error.message, { ...error.facts, hint }, { cause: error });
}
