import { randomBytes } from 'node:crypto';
import { readdirSync, rmdirSync, statSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { requireProfileName } from '../../files/file-name.ts';
import { parseRecord } from '../../json/parse.ts';
import type { Listeners, RunningListener } from '../../ports/store.ts';
import { asOwner } from '../files/as-owner.ts';
import { createPassingFile } from '../files/durable-file.ts';
import { readOwnFile, removeOwnFile } from '../files/own-file.ts';
import { makePrivateDirectory } from '../files/private-directory.ts';
import { heartbeatMs, livenessOf, ownIdentity, type ProcessIdentity } from '../lock/process-identity.ts';

/** The limit of listeners read per profile; more were not written by this program. */
const most = 100;

/**
 * The listeners of a profile, a small file each in `listeners/PROFILE`. Files of processes that have ended are removed.
 * Optional: if nothing can be written or read, no listener is found.
 */
export function openListeners(configDir: string, profile: string, now: () => number): Listeners {
  const directory = join(configDir, 'listeners', requireProfileName(profile));
  return {
    announce(url) {
      const path = join(directory, `${process.pid}-${randomBytes(6).toString('hex')}`);
      attempt(() => {
        makePrivateDirectory(directory);
        createPassingFile(path, Buffer.from(`${JSON.stringify({ ...ownIdentity(), url, since: now() })}\n`));
      });
      const touch = () => attempt(() => asOwner(path, () => utimesSync(path, new Date(), new Date())));
      const heartbeat = setInterval(touch, heartbeatMs);
      heartbeat.unref();
      return () => {
        clearInterval(heartbeat);
        attempt(() => removeOwnFile(path));
        attempt(() => asOwner(directory, () => rmdirSync(directory)));
      };
    },

    running() {
      const self = ownIdentity();
      return entriesOf(directory)
        .slice(0, most)
        .flatMap((name) => read(join(directory, name), self, now()) ?? [])
        .sort((a, b) => b.since - a.since);
    },
  };
}

function read(path: string, self: ProcessIdentity, nowMs: number): RunningListener | null {
  return (
    attempt(() => {
      const found = readOwnFile(path);
      const record = found?.kind === 'file' ? parseRecord(found.bytes.toString('utf8')) : null;
      if (record === null || !isListener(record)) return null;
      const liveness = livenessOf(record, statSync(path).mtimeMs, self, nowMs);
      if (liveness === 'dead') removeOwnFile(path);
      return liveness === 'alive' ? { url: record.url, pid: record.pid, since: record.since } : null;
    }) ?? null
  );
}

function isListener(record: object): record is RunningListener & ProcessIdentity {
  const { url, pid, since, ...rest } = record as Record<string, unknown>;
  const isNamed = ['start', 'host', 'boot', 'pidns'].every((name) => typeof rest[name] === 'string');
  const isSound = typeof pid === 'number' && Number.isInteger(pid) && pid > 0 && typeof since === 'number';
  return isNamed && isSound && typeof url === 'string' && /^http:\/\/[^\s/]+\//.test(url);
}

function entriesOf(directory: string): string[] {
  return attempt(() => asOwner(dirname(directory), () => readdirSync(directory))) ?? [];
}

/** What `work` gives; undefined where the system does not let it. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    // Without directory, access or space no listener is found, and the user can pass `--webhook-url`.
    return undefined;
  }
}
