import type { SignInPlan } from '../../../auth/sign-in/sign-in.ts';
import type { Deps } from '../../../command-kit/deps.ts';
import { loginCommand, program } from '../../../errors/next-command.ts';
import { type FailureCode, ReventoError } from '../../../errors/revento-error.ts';
import { shellWord } from '../../../errors/shell-word.ts';
import { parseUrl } from '../../../http/web-address.ts';
import { whoListens } from '../../shared/who-listens.ts';

/** A login that failed, and its circumstances. */
interface Attempt {
  readonly plan: SignInPlan;
  /** The auth server could not be reached before it began. */
  readonly isDoubtful: boolean;
}

/** The failure with the next command to run, if another attempt can succeed. */
export function withRemedy(error: unknown, attempt: Attempt, deps: Pick<Deps, 'profile' | 'settings'>): unknown {
  if (!(error instanceof ReventoError) || error.facts.hint !== undefined) return error;
  const hint = hintFor(error, attempt, deps);
  return hint === undefined
    ? error
    : new ReventoError(error.code, error.message, { ...error.facts, hint }, { cause: error });
}

/** For a server that shows its error on its own page instead of redirecting: it rejects the request. */
export function checkRegistration(profile: string): string {
  return `if the page shows an error, the client id or the redirect URI is not the registered one; see: ${program(profile)} config list`;
}

function hintFor(error: ReventoError, { plan, isDoubtful }: Attempt, deps: Pick<Deps, 'profile' | 'settings'>) {
  const { profile } = deps;
  const again = loginCommand(profile, plan);
  const { retryAfterSeconds, apiCode } = error.facts;
  const { listenPort } = plan.target;
  const hints: Partial<Record<FailureCode, string>> = {
    port_busy: `stop whatever is using it (maybe another login; find it with: ${whoListens(listenPort)}), or ${elsewhere(plan, deps)}`,
    login_declined: `to ask again, run: ${again}`,
    login_timeout: isDoubtful
      ? `check whether the server can be reached: ${program(profile)} doctor; then run: ${again}`
      : `${checkRegistration(profile)}; to wait longer, run: ${again} --timeout 15m`,
    // The same request would be refused again.
    login_failed:
      apiCode === 'invalid_request'
        ? `check the event id and the redirect URI, then run: ${program(profile)} login --event EVENT_ID`
        : `run: ${again}`,
    rate_limited: `${retryAfterSeconds === undefined ? 'later' : `in ${retryAfterSeconds} s`}, run: ${again}`,
    server_error: `later, run: ${again}`,
    network: `check the connection and the host, then run: ${again}`,
  };
  return hints[error.code];
}

/** How to log in through a port that is not busy. */
function elsewhere(plan: SignInPlan, { profile, settings }: Pick<Deps, 'profile' | 'settings'>): string {
  const again = loginCommand(profile, plan);
  const { isLoopback, listenPort, uri } = plan.target;
  const otherPort = listenPort === 65_535 ? 3000 : listenPort + 1;
  if (!isLoopback)
    return `let the tunnel forward to another port and run: ${again} --redirect-uri ${shellWord(uri)} --port ${otherPort}`;
  const otherUri = `http://localhost:${otherPort}/callback`;
  if (!/^sandbox(-\d+)?$/.test(profile)) {
    return `if ${otherUri} is registered for your integration, run: ${again} --redirect-uri ${otherUri}`;
  }
  const registered = [settings.get('redirect_uri')?.value ?? '', 'http://localhost:3000/callback'];
  const free = registered.find((known) => parseUrl(known) !== null && portOf(known) !== listenPort);
  return free === undefined
    ? `restart the sandbox with: revento sandbox start --redirect-uri ${otherUri}`
    : `run: ${again} --redirect-uri ${shellWord(free)}`;
}

function portOf(uri: string): number {
  const { port, protocol } = new URL(uri);
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}
