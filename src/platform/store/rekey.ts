import { program } from '../../errors/next-command.ts';
import { crashPoint } from '../../ports/crash-point.ts';
import type { KeyStore, Remedies } from '../../ports/store.ts';
import type { OpenVault } from './vault.ts';

/**
 * Moves a whole store from one key source to another.
 *
 * Each file names the source of its key, so a move interrupted at any moment leaves a working store:
 * some files are opened with the old key, some with the new one, and running it again moves the rest. Old keys
 * are kept, for they cost nothing and a file might still need them.
 */
export function createKeyStore(vault: OpenVault, signal?: AbortSignal): KeyStore {
  return {
    async rekey(target) {
      const sealed = vault.all();
      const key = await vault.keys.forNew(target, sealed);
      const rest = sealed.filter((entry) => entry.key.id !== key.id);
      const files = rest.map(({ profile, name }) => vault.file(profile, name, remediesOf(profile, name)));
      // Every one must open before the first is touched: half a move is for crashes, not for foreseeable failures.
      for (const file of files) await file.read();
      let moved = 0;
      for (const file of files) {
        const lock = await file.lock({ signal });
        try {
          const record = await file.settle();
          if (record !== null && record.keyId !== key.id) {
            file.reseal(record, key);
            moved++;
          }
        } finally {
          lock.release();
        }
        crashPoint('rekey-file');
      }
      return { moved, kept: sealed.length - rest.length };
    },
  };
}

function remediesOf(profile: string, name: string): Remedies {
  const giveUp = `to give up what is in ${name} of profile "${profile}", run: ${program(profile)} doctor`;
  return { replace: giveUp, giveUp };
}
