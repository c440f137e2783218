import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { ConfirmHost } from '../../config/host-change.ts';
import type { SecretName, SecretStore } from '../../config/types.ts';
import { program } from '../../errors/next-command.ts';
import type { SealedRecord, Vault } from '../../ports/store.ts';
import type { Redactor } from '../../text/secret.ts';
import { secretsFileName } from './profiles/file-names.ts';

interface SecretStoreOptions {
  readonly profile: string;
  readonly vault: Vault;
  /** Values of the environment, which take precedence over the sealed ones; none for a profile that is not the selected one. */
  readonly environment: Readonly<Partial<Record<SecretName, string>>>;
  /** The auth base in force for the profile. */
  readonly authBase: () => string | null;
  readonly confirmHost: ConfirmHost;
  readonly redactor: Redactor;
  readonly signal?: AbortSignal;
}

/** The field beside the client secret that names the auth base it may be sent to. */
const bindingField = 'client_secret_auth_base';

/** A profile's client and signing secrets, all in one sealed file. */
export function createSecretStore(options: SecretStoreOptions): SecretStore {
  const { profile, vault, environment, authBase, confirmHost, redactor, signal } = options;
  const giveUp = `to give up the stored secrets, remove ${join(vault.directory, profile, `${secretsFileName}.json`)}, then run: ${program(profile)} config set client_secret < FILE`;
  const file = () => vault.file(profile, secretsFileName, { replace: giveUp, giveUp });
  const change = async (edit: (content: SealedRecord['content']) => SealedRecord['content']): Promise<void> => {
    const sealed = file();
    const lock = await sealed.lock({ signal });
    try {
      await sealed.requireOwn();
      const record = await sealed.settle();
      const content = edit(record?.content ?? {});
      if (isDeepStrictEqual(content, record?.content)) return;
      if (Object.keys(content).length === 0) sealed.remove();
      else if (record === null) await sealed.create({ authBase: '', clientId: '' }, content);
      else sealed.rewrite(record, content);
    } finally {
      lock.release();
    }
  };
  const bind = async (base: string): Promise<void> => {
    const record = await file().read();
    if (textIn(record, 'client_secret') === null || textIn(record, bindingField) === base) return;
    await change((content) =>
      textOf(content, 'client_secret') === null ? content : { ...content, ...bindingTo(base) },
    );
  };
  return {
    async get(name) {
      const given = environment[name];
      if (given) return { secret: redactor.add(given), source: 'environment' };
      const value = textIn(await file().read(), name);
      return value === null ? null : { secret: redactor.add(value), source: 'profile' };
    },

    async set(values) {
      const changes = Object.entries(values);
      if (changes.length === 0) return;
      const added = changes.filter((change): change is [string, string] => typeof change[1] === 'string');
      for (const [, value] of added) redactor.add(value);
      if (added.length === 0 && (await file().read()) === null) return;
      const replaced = changes.map(([name]) => name);
      if (replaced.includes('client_secret')) replaced.push(bindingField);
      const binding = typeof values.client_secret === 'string' ? bindingTo(authBase()) : {};
      await change((content) => {
        const others = Object.entries(content).filter(([field]) => !replaced.includes(field));
        return { ...Object.fromEntries([...others, ...added]), ...binding };
      });
    },

    async clientSecretFor(base) {
      const given = environment.client_secret;
      if (given) return redactor.add(given);
      const record = await file().read();
      const value = textIn(record, 'client_secret');
      if (value === null) return null;
      const bound = textIn(record, bindingField);
      if (bound !== null && bound !== base) {
        await confirmHost({ what: 'The client secret', setting: 'auth_base', from: bound, to: base });
      }
      // A secret stored by an earlier version is bound when it is first used.
      if (bound !== base) await bind(base);
      return redactor.add(value);
    },

    bind,

    stamp: () => file().stamp(),

    async forget() {
      const sealed = file();
      if (!sealed.hasTrace()) return;
      const lock = await sealed.lock({ signal });
      try {
        if (!(await sealed.isOthers())) sealed.remove();
      } finally {
        lock.release();
      }
    },
  };
}

function textIn(record: SealedRecord | null, name: string): string | null {
  return textOf(record?.content ?? {}, name);
}

function textOf(content: SealedRecord['content'], name: string): string | null {
  const value = content[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

function bindingTo(authBase: string | null): Record<string, string> {
  return authBase === null ? {} : { [bindingField]: authBase };
}
