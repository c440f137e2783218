import { linkSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ReventoError } from '../../errors/revento-error.ts';
import { asOwner } from '../files/as-owner.ts';
import { storeFailure, systemCode } from '../files/file-failure.ts';
import type { SettingsContent } from './settings-content.ts';

/**
 * Writes `config.json` through conf, and checks that it was written.
 *
 * On a nearly full disk conf can put the first 4,096 bytes of the new text in place of a good file and report
 * success. A hard link to the old file costs no disk space, so it can be restored even then.
 *
 * @throws ReventoError `disk_full`, `file`; the old file is then unchanged
 */
export async function writeSettings(directory: string, content: SettingsContent): Promise<void> {
  const Conf = await loadConf();
  asOwner(join(directory, 'config.json'), () => replaceThrough(Conf, directory, content));
}

function replaceThrough(Conf: typeof import('conf').default, directory: string, content: SettingsContent): void {
  const path = join(directory, 'config.json');
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
}

/**
 * What a failed write left. conf's writer removes it as well, but does not wait until it is gone: on a full disk the
 * space is needed at once. Needs the lock, so that nobody else's is among them.
 */
function removeTemporaries(target: string): void {
  const directory = dirname(target);
  const prefix = `${basename(target)}.tmp-`;
  for (const name of readdirSync(directory))
    if (name.startsWith(prefix)) rmSync(join(directory, name), { force: true });
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
    return new ReventoError('disk_full', `The disk is full: the settings in ${path} were left unchanged.`);
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
