import { join } from 'node:path';
import type { SecretName, SecretStore } from '../../config/types.ts';
import { program } from '../../errors/next-command.ts';
import type { SealedRecord, Vault } from '../../ports/store.ts';
import type { Redactor } from '../../text/secret.ts';

/** The sealed file's name, without extension; no login's, which all begin with their kind. */
export const secretsFileName = 'secrets';

export interface SecretStoreOptions {
  readonly profile: string;
  readonly vault: Vault;
  /** Values of the environment, which go before the sealed ones; none for a profile that is not the selected one. */
  readonly environment: Readonly<Partial<Record<SecretName, string>>>;
  readonly redactor: Redactor;
  readonly signal?: AbortSignal;
}

/** A profile's client and webhook secrets, all in one sealed file. */
export function createSecretStore({ profile, vault, environment, redactor, signal }: SecretStoreOptions): SecretStore {
  const giveUp = `to give up the stored secrets, remove ${join(vault.directory, profile, `${secretsFileName}.json`)}, then run: ${program(profile)} config set client_secret < FILE`;
  const file = () => vault.file(profile, secretsFileName, { replace: giveUp, giveUp });
  const valueIn = (record: SealedRecord | null, name: SecretName): string | null => {
    const value = record?.content[name];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  return {
    async get(name) {
      const given = environment[name];
      if (given) return { secret: redactor.add(given), source: 'environment' };
      const value = valueIn(await file().read(), name);
      return value === null ? null : { secret: redactor.add(value), source: 'profile' };
    },

    async set(name, value) {
      if (value !== null) redactor.add(value);
      const sealed = file();
      if (value === null && (await sealed.read()) === null) return;
      const lock = await sealed.lock({ signal });
      try {
        const record = await sealed.settle();
        const { [name]: _replaced, ...others } = record?.content ?? {};
        const content = value === null ? others : { ...others, [name]: value };
        if (Object.keys(content).length === 0) sealed.remove();
        else if (record === null) await sealed.create({ authBase: '', clientId: '' }, content);
        else sealed.rewrite(record, content);
      } finally {
        lock.release();
      }
    },

    stamp: () => file().stamp(),

    async forget() {
      const sealed = file();
      if (!sealed.hasTrace()) return;
      const lock = await sealed.lock({ signal });
      try {
        sealed.remove();
      } finally {
        lock.release();
      }
    },
  };
}
