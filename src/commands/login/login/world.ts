import type { RedirectTarget } from '../../../auth/sign-in/redirect-uri.ts';
import type { SignInPlan, SignInWorld } from '../../../auth/sign-in/sign-in.ts';
import type { Deps } from '../../../command-kit/deps.ts';
import { isOn } from '../../../config/environment.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import { formatDuration } from '../../../text/time.ts';
import type { LoginOptions } from './plan.ts';
import { checkRegistration } from './remedy.ts';

export type WorldDeps = Pick<
  Deps,
  'childEnv' | 'clock' | 'http' | 'openBrowser' | 'profile' | 'redactor' | 'serve' | 'sessions' | 'signal' | 'terminal'
>;

/** What a login needs of this process: the network, the store, and the user at the terminal. */
export async function worldOf(plan: SignInPlan, options: LoginOptions, deps: WorldDeps): Promise<SignInWorld> {
  const { terminal } = deps;
  const sessions = await deps.sessions();
  return {
    exchange: await deps.http(),
    serve: await deps.serve(),
    clock: deps.clock,
    signal: deps.signal,
    redactor: deps.redactor,
    save: (grant) => sessions.save(grant),
    notice: (text) => terminal.notice(text),
    announce: async (url, over) => {
      terminal.notice(`Open this URL in a browser to give consent for ${plan.eventId}:\n\n  ${url}\n`);
      terminal.notice(waitingFor(plan.target, plan.timeoutMs));
      if (isRemote(deps) && plan.target.isLoopback) terminal.notice(overSsh);
      if (mayOpenBrowser(options, deps)) await openBrowser(url, over, deps);
      return new Promise<never>(() => undefined);
    },
    askRedirect: terminal.isInteractive
      ? (over) =>
          terminal.ask('Using a browser on another machine? Paste the URL it was redirected to (input hidden): ', {
            isHidden: true,
            signal: over,
          })
      : null,
  };
}

/**
 * Ends a login in CI, where nobody can give consent, before sending any request.
 *
 * @throws ReventoError `login_failed`
 */
export function requireSomebody({ browser }: LoginOptions, { childEnv }: Pick<Deps, 'childEnv'>): void {
  if (!isOn(childEnv['CI']) || childEnv['BROWSER'] || browser === false) return;
  throw new ReventoError('login_failed', 'Nobody can give consent: CI is set, and BROWSER is not.', {
    hint: 'set REVENTO_ACCESS_TOKEN, or REVENTO_CONFIG_DIR and REVENTO_STORE_KEY of a login made before; or set BROWSER to a program that gives consent; or open the URL yourself with --no-browser',
  });
}

const overSsh =
  "Over SSH, the browser in front of you can't reach this machine and ends on an error page: copy the URL of that page and paste it here.";

/** Whether the user is connected over SSH and can be prompted. Source: sshd(8), environment. */
function isRemote({ childEnv, terminal }: Pick<Deps, 'childEnv' | 'terminal'>): boolean {
  return terminal.isInteractive && Boolean(childEnv['SSH_CONNECTION'] || childEnv['SSH_TTY']);
}

function waitingFor(target: RedirectTarget, timeoutMs: number): string {
  const where = target.isLoopback ? '' : `, listening on localhost port ${target.listenPort}`;
  return `Waiting for the redirect to ${target.uri} (up to ${formatDuration(timeoutMs)}${where})…`;
}

/** Opens a browser only with a user at the terminal, or when BROWSER names one. */
function mayOpenBrowser(
  { browser }: LoginOptions,
  { childEnv, terminal }: Pick<Deps, 'childEnv' | 'terminal'>,
): boolean {
  return browser !== false && (terminal.isInteractive || Boolean(childEnv['BROWSER']));
}

/**
 * Opens the URL, or asks the user to open it when that fails.
 *
 * @throws ReventoError `login_failed` where no user is at the terminal: the program that BROWSER names was the only
 *   one who could give consent
 */
async function openBrowser(
  url: string,
  over: AbortSignal,
  { openBrowser: load, terminal, profile }: Pick<Deps, 'openBrowser' | 'terminal' | 'profile'>,
): Promise<void> {
  const open = await load();
  const problem = await open(url);
  if (problem === null || over.aborted) return;
  if (!terminal.isInteractive) {
    throw new ReventoError('login_failed', `Nobody gave consent: ${problem}.`, { hint: checkRegistration(profile) });
  }
  terminal.notice(`Couldn't open a browser (${problem}). Open the URL above manually.`);
}
