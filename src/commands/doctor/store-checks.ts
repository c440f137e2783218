import { isAbsolute, relative } from 'node:path';
import type { Deps } from '../../command-kit/deps.ts';
import { flagsOfLogin, program } from '../../errors/next-command.ts';
import { shellWord } from '../../errors/shell-word.ts';
import { isNowhere } from '../../files/nowhere.ts';
import { loginInWords } from '../../login/login-name.ts';
import type { KeySource, StoreFile } from '../../ports/store.ts';
import { formatDuration, relativeTime } from '../../text/time.ts';
import { cannotBeRead } from '../shared/login-missing.ts';
import { type Check, type Finding, fail, failureFinding, ok, skip, warn } from './finding.ts';

/** A write needs far less, but with so little space the next one may fail. */
const scarceBytes = 1024 * 1024;
/** None of our writes takes that long. */
const oldLeftoverMs = 3_600_000;

const otherKeys =
  'run: revento config set key_store keyring, or set REVENTO_STORE_KEY and run: revento config set key_store passphrase';
const keepApart = `to keep the key out of it, ${otherKeys}`;

const protections: Readonly<Record<KeySource, { readonly message: string; readonly better: string | null }>> = {
  keyfile: {
    message:
      'encrypted with a key file: protected from other users and in a copy of the settings directory, but not from programs that run as you, nor in a backup of the whole home.',
    better: `for more, ${otherKeys}`,
  },
  keyring: {
    message:
      'encrypted with a key from the OS keyring: protected in any copy of the disk, but not from programs that run as you while you are logged in.',
    better: null,
  },
  passphrase: {
    message:
      'encrypted with the passphrase in REVENTO_STORE_KEY: as secret as that variable, which programs that run as you can read.',
    better: null,
  },
};

/** For a key file in the same directory as the logins, as with REVENTO_CONFIG_DIR. */
const keyBeside =
  'encrypted with a key file that is in the settings directory too: protected from other users, but not in a copy of that directory, which has both.';

/** Where the store is, how it is protected, and how to protect it better. */
export const checkStore: Check = async (deps) => {
  if (isNowhere(deps.settings.configDir)) return [skip('store', 'Not checked: see home.')];
  const { isWritable, freeBytes, directories, keyFile, hasModes } = await deps.inspectStore();
  const { path, protection } = await (await deps.sessions()).protection();
  const { configDir, dataDir } = deps.settings;
  const { message, better } = protections[protection];
  const isBeside = protection === 'keyfile' && isWithin(configDir, keyFile?.path ?? dataDir);
  const findings = isBeside
    ? [(keyFile === null ? ok : warn)('store', `${path}: ${asFarAsKnown(keyBeside, hasModes)}`, keepApart)]
    : [ok('store', `${path}: ${asFarAsKnown(message, hasModes)}`, better)];
  if (!isWritable) {
    findings.push(
      fail(
        'store',
        `${path} is not writable, so a refreshed login could not be stored.`,
        hasModes ? ownerRemedy(directories, path) : 'give yourself write access to it',
      ),
    );
  }
  if (freeBytes !== null && freeBytes < scarceBytes) {
    findings.push(
      fail(
        'disk',
        `Only ${Math.floor(freeBytes / 1024)} KiB are free on the disk of the store.`,
        'free some disk space',
      ),
    );
  }
  return findings;
};

/** A key file protects from those who cannot read it; who that is, only modes say. */
function asFarAsKnown(protection: string, hasModes: boolean): string {
  return hasModes ? protection : protection.replace('from other users', 'from users whom Windows denies access');
}

function isWithin(directory: string, path: string): boolean {
  const way = relative(directory, path);
  return way.split(/[\\/]/, 1)[0] !== '..' && !isAbsolute(way);
}

function ownerRemedy(directories: readonly StoreFile[], path: string): string {
  const foreign = directories.find((directory) => directory.isForeign);
  return foreign
    ? `run: sudo chown -R "$USER" ${shellWord(foreign.path)}`
    : `run: chmod u+rwx ${shellWord(directories.at(-1)?.path ?? path)}`;
}

/** Modes and owners of all files of the store. */
export const checkPermissions: Check = async ({ inspectStore }) => {
  const { directories, files, keyFile, hasModes } = await inspectStore();
  const findings: Finding[] = [];
  for (const file of [...directories, ...files, ...(keyFile ? [keyFile] : [])]) {
    const isKey = file.role === 'key';
    // Settings decide where secrets are sent, so files that others can write are refused.
    const isSettings = file.role === 'settings';
    const mode = file.role === 'directory' ? '700' : '600';
    if (file.isForeign) {
      const message = `${file.path} belongs to another user.`;
      findings.push(
        (isKey || isSettings ? fail : warn)('permissions', message, `run: sudo chown "$USER" ${shellWord(file.path)}`),
      );
    }
    // The mode of a link means nothing; its target is the user's decision.
    if (file.mode !== null && !file.isSymbolicLink && (file.mode & 0o077) !== 0) {
      const message = `${file.path} is open to other users (mode ${file.mode.toString(8).padStart(4, '0')}).`;
      // A shared directory such as /tmp must stay open to others.
      const isForAll = file.role === 'directory' && (file.mode & 0o1000) !== 0;
      const remedy = isForAll
        ? 'set REVENTO_CONFIG_DIR to a directory for revento alone'
        : `run: chmod ${mode} ${shellWord(file.path)}`;
      const isRefused = isKey || (isSettings && (file.mode & 0o002) !== 0);
      findings.push((isRefused ? fail : warn)('permissions', message, remedy));
    }
  }
  if (keyFile !== null && keyFile.bytes !== 32) {
    const message = `The key file ${keyFile.path} has ${keyFile.bytes} bytes, not 32.`;
    findings.push(fail('key', message, 'restore it from a backup; without it, you have to log in again everywhere'));
  }
  if (keyFile === null)
    return findings.length > 0 ? findings : [ok('permissions', 'Nothing stored yet needs a key file.')];
  if (!hasModes) {
    const message = 'Not checked: revento does not read the access lists of Windows.';
    const remedy = `to see who has access to the key, run: icacls ${shellWord(keyFile.path)}`;
    return [...findings, { ...skip('permissions', message), remedy }];
  }
  if (findings.length > 0) return findings;
  return [ok('permissions', 'Settings, store and key are accessible to this user only.')];
};

/** Stale locks, and files that interrupted writes left behind. */
export const checkLeftovers: Check = async ({ inspectStore, profile }) => {
  const { files } = await inspectStore();
  const findings = files.flatMap((file) => describeLeftover(file, files, profile) ?? []);
  return findings.length > 0 ? findings : [ok('locks', 'No stale locks or leftover files.')];
};

function describeLeftover(file: StoreFile, all: readonly StoreFile[], profile: string): Finding | null {
  const age = formatDuration(file.ageMs);
  const { login } = file;
  const select = login === null ? '' : ` ${flagsOfLogin(login)}`;
  const settle = `run: ${program(login?.profile ?? profile)} token refresh${select}`;
  if (login !== null && !login.isWhole) {
    if (all.some((other) => other.holder?.liveness === 'alive')) return null;
    const message = `${file.path} is a leftover of the login for ${loginInWords(login)}, which no longer exists.`;
    return warn('leftovers', message, `to remove it, run: ${program(login.profile)} logout${select}`);
  }
  switch (file.role) {
    case 'lock':
      return describeLock(file, age);
    case 'successor':
      if (all.some((other) => other.holder?.liveness === 'alive')) return null;
      return warn(
        'leftovers',
        `${file.path} was left by an interrupted refresh.`,
        `the next refresh uses or removes it; ${settle}`,
      );
    case 'rescue':
      return warn(
        'leftovers',
        `${file.path} holds a login that could not be written to its usual place.`,
        `free space or fix permissions there, then ${settle}`,
      );
    case 'temporary':
      return file.ageMs < oldLeftoverMs
        ? null
        : warn(
            'leftovers',
            `${file.path} was left by an interrupted write ${age} ago.`,
            `run: rm ${shellWord(file.path)}`,
          );
    default:
      return null;
  }
}

function describeLock({ path, holder, isAbandoned }: StoreFile, age: string): Finding | null {
  if (holder?.liveness === 'alive')
    return ok('locks', `${path} is held by process ${holder.pid}, last seen ${age} ago.`);
  if (holder?.liveness === 'dead') {
    const message = `${path} was left by process ${holder.pid}, which has ended.`;
    return warn('locks', message, 'nothing to do: the next command that needs it replaces it');
  }
  if (!isAbandoned)
    return ok('locks', `${path} is held${holder === null ? '' : ` on ${holder.host}`}, last seen ${age} ago.`);
  const where = holder === null ? 'by an unknown process' : `by process ${holder.pid} on ${holder.host}`;
  const message = `${path} was left ${where}; last seen ${age} ago.`;
  return warn('locks', message, 'nothing to do: the next command that needs it replaces it');
}

/** Every login of the profile: whether it can be opened, and whether it can still be used. */
export const checkLogins: Check = async (deps) => {
  const findings: Finding[] = [];
  if (deps.environmentToken !== null) {
    const message = `REVENTO_ACCESS_TOKEN is set (${deps.environmentToken}) and is used instead of stored logins.`;
    findings.push(ok('login', message));
  }
  const { logins, unreadable } = await (await deps.sessions()).survey();
  for (const login of unreadable) findings.push(failureFinding('login', cannotBeRead(login), deps));
  if (logins.length + unreadable.length === 0 && deps.environmentToken === null) {
    return [warn('login', `Profile "${deps.profile}" has no login.`, loginRemedy(deps))];
  }
  for (const login of logins) {
    const name = loginInWords(login);
    const again = `run: ${program(deps.profile)} login ${flagsOfLogin(login)}`;
    if (login.state !== 'active') {
      const expired = login.isRenewable
        ? 'both of its tokens have expired'
        : 'its access token has expired, and it has no refresh token';
      const reason = login.reason ?? expired;
      findings.push(fail('login', `${name} is ${login.state}: ${reason}.`, again));
    } else if (!login.isRenewable) {
      const until =
        login.accessExpiresAt === null ? 'at some time' : relativeTime(login.accessExpiresAt, deps.clock.now());
      findings.push(
        warn('login', `${name} expires ${until} and cannot be renewed: it came without a refresh token.`, again),
      );
    } else findings.push(describeLife(name, login.refreshExpiresAt, again, deps.clock.now()));
  }
  return findings;
};

function loginRemedy({ profile, event }: Pick<Deps, 'event' | 'profile'>): string {
  return `run: ${program(profile)} login${event === null ? '' : ` --event ${event}`}`;
}

/** Each refresh renews the 90 days, so only an unused login comes near its expiry. */
function describeLife(name: string, refreshExpiresAt: number | null, again: string, now: number): Finding {
  if (refreshExpiresAt === null) return ok('login', `${name} is valid.`);
  const until = relativeTime(refreshExpiresAt, now);
  const isEnding = refreshExpiresAt - now < 7 * 86_400_000;
  return isEnding
    ? warn('login', `${name} expires ${until} if unused.`, again)
    : ok('login', `${name} is valid; expires ${until} if unused.`);
}
