import type { Deps } from '../../command-kit/deps.ts';
import { hintOf, ReventoError } from '../../errors/revento-error.ts';

export type FindingStatus = 'ok' | 'warn' | 'fail' | 'skip';

/** The result of one check. */
export interface Finding {
  readonly check: string;
  readonly status: FindingStatus;
  /** One sentence, with its full stop. */
  readonly message: string;
  /** What to do, with the literal command if one helps; null when nothing has to be done. */
  readonly remedy: string | null;
}

/** What the checks look at. */
export type CheckDeps = Pick<
  Deps,
  | 'childEnv'
  | 'clock'
  | 'environmentToken'
  | 'event'
  | 'http'
  | 'inspectStore'
  | 'profile'
  | 'secrets'
  | 'serve'
  | 'sessions'
  | 'settings'
  | 'settingsFile'
  | 'signal'
>;

/** Checks one thing. A failure becomes a finding, so one check never hides the others. */
export type Check = (deps: CheckDeps) => Promise<readonly Finding[]>;

export function ok(check: string, message: string, remedy: string | null = null): Finding {
  return { check, status: 'ok', message, remedy };
}

export function warn(check: string, message: string, remedy: string | null): Finding {
  return { check, status: 'warn', message, remedy };
}

export function fail(check: string, message: string, remedy: string | null): Finding {
  return { check, status: 'fail', message, remedy };
}

export function skip(check: string, message: string): Finding {
  return { check, status: 'skip', message, remedy: null };
}

/**
 * A failure as a finding.
 *
 * @throws what is not a ReventoError, and `interrupted`: both end the report
 */
export function failureFinding(check: string, error: unknown, deps: Pick<Deps, 'event' | 'profile'>): Finding {
  if (!(error instanceof ReventoError) || error.code === 'interrupted') throw error;
  return fail(check, error.message, hintOf(error, { profile: deps.profile, eventId: deps.event ?? undefined }) ?? null);
}
