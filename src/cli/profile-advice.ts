import type { Deps } from '../command-kit/deps.ts';
import { profileNames } from '../commands/shared/profile-names.ts';
import { sandboxProfile } from '../commands/shared/sandbox/profile.ts';
import { hintOf, type Lack, ReventoError } from '../errors/revento-error.ts';
import type { LoginKind } from '../login/login.ts';
import { nearest } from '../text/suggestion.ts';
import { type CommandLine, givenOptions } from './argv.ts';

/** The command that failed. */
export interface Failed {
  /** The words of its name, such as `webhook listen`. */
  readonly name: string;
  readonly line: CommandLine;
}

/** The dependencies for finding the profile that was meant. */
type AdviceDeps = Pick<Deps, 'event' | 'storedProfiles' | 'profile' | 'secrets' | 'settingsFile'>;

/** Commands with a `--port` that users of other tools expect as `-p`. */
const takesPort: ReadonlySet<string> = new Set(['webhook listen', 'sandbox start', 'login']);

/**
 * Refuses a port that was given as `-p` to a command that has a `--port`: it would be ignored for the default one.
 *
 * @throws ReventoError `usage`
 */
export async function refusePortAsProfile(
  { name }: Failed,
  deps: Pick<Deps, 'profile' | 'settingsFile' | 'storedProfiles'>,
): Promise<void> {
  const { profile } = deps;
  if (!/^\d+$/.test(profile) || !takesPort.has(name) || (await profileNames(deps)).includes(profile)) return;
  throw new ReventoError('usage', `There is no profile "${profile}".`, {
    hint: `-p is short for --profile; for a port, use --port ${profile}`,
  });
}

/**
 * Rewords the failure where a profile lacks what a command needs and the profile is the likelier mistake: because it
 * does not exist, or because another one has what is missing. Returns every other failure unchanged; a broken store is
 * reported by the commands that need it.
 */
export async function withProfileAdvice(error: ReventoError, failed: Failed, deps: AdviceDeps): Promise<ReventoError> {
  const { lacks } = error.facts;
  if (lacks === undefined) return error;
  try {
    const names = await profileNames(deps);
    if (deps.profile !== 'default' && !names.includes(deps.profile)) return noSuchProfile(error, failed, names, deps);
    const others = names.filter((name) => name !== deps.profile);
    const other = await firstThatHas(lacks, error.facts.kind, others, deps);
    if (other === null) return error;
    return reworded(
      error,
      error.message,
      `profile "${other}" has one: ${again(other, failed)}; or ${remedy(error, deps)}`,
    );
  } catch {
    return error;
  }
}

function noSuchProfile(
  error: ReventoError,
  failed: Failed,
  names: readonly string[],
  deps: Pick<Deps, 'event' | 'profile'>,
): ReventoError {
  const { profile } = deps;
  const message = `There is no profile "${profile}".`;
  if (/^\d+$/.test(profile)) {
    const port = takesPort.has(failed.name) ? `; for a port, use --port ${profile}` : '';
    return missing(error, message, `-p is short for --profile${port}`);
  }
  if (profile === sandboxProfile) return missing(error, message, 'a sandbox creates it; run: revento sandbox start');
  const guess = nearest(profile, names);
  const making = `to create ${profile}, ${remedy(error, deps)}`;
  if (guess !== null) return missing(error, message, `did you mean ${guess}? Run: ${again(guess, failed)}; ${making}`);
  // Most likely the profile is being created; then the user has to know what is missing.
  const known = names.length === 0 ? '' : ` (existing: ${names.join(', ')})`;
  return missing(error, error.message, `profile "${profile}" does not exist yet${known}; ${making}`);
}

/** The same command with another profile, as it is typed; an ellipsis where the arguments go. */
function again(profile: string, { name, line }: Failed): string {
  const others = line.parts.length - givenOptions(line, '-p', '--profile').length;
  const hasMore = others > name.split(' ').length || line.behind !== null;
  return `revento -p ${profile} ${name}${hasMore ? ' …' : ''}`;
}

function remedy(error: ReventoError, { profile, event }: Pick<Deps, 'event' | 'profile'>): string {
  return hintOf(error, { profile, eventId: event ?? undefined }) ?? 'see: revento profile list';
}

async function firstThatHas(
  lacks: Lack,
  kind: LoginKind | undefined,
  names: readonly string[],
  deps: Pick<Deps, 'storedProfiles' | 'secrets' | 'settingsFile'>,
): Promise<string | null> {
  if (lacks === 'login') {
    const profiles = await deps.storedProfiles();
    const fitting = profiles.filter(({ logins }) => logins.some((login) => kind === undefined || login.kind === kind));
    return names.find((name) => fitting.some((each) => each.name === name)) ?? null;
  }
  for (const name of names) {
    const isThere =
      lacks === 'webhook_secret'
        ? (await (await deps.secrets(name)).get(lacks)) !== null
        : (await deps.settingsFile()).profiles()[name]?.[lacks] !== undefined;
    if (isThere) return name;
  }
  return null;
}

/** A profile that does not exist is wrong usage, whatever the command would have needed of it. */
function missing(error: ReventoError, message: string, hint: string): ReventoError {
  const { lacks } = error.facts;
  return new ReventoError('usage', message, { lacks, hint }, { cause: error.cause ?? error });
}

function reworded(error: ReventoError, message: string, hint: string): ReventoError {
  return new ReventoError(error.code, message, { ...error.facts, hint }, { cause: error.cause ?? error });
}
