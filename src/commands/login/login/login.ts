import type { RedirectTarget } from '../../../auth/sign-in/redirect-uri.ts';
import type { SignInPlan, SignInWorld } from '../../../auth/sign-in/sign-in.ts';
import type { CommandModule } from '../../../command-kit/command.ts';
import type { Deps } from '../../../command-kit/deps.ts';
import { wholeNumber } from '../../../command-kit/option-values.ts';
import { nodeDebugWarning } from '../../../config/environment.ts';
import { loginCommand, program } from '../../../errors/next-command.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import { shellWord } from '../../../errors/shell-word.ts';
import { requireFileName } from '../../../files/file-name.ts';
import type { Grant, LoginKind } from '../../../login/login.ts';
import { formatDuration, parseDuration } from '../../../text/time.ts';
import { whoListens } from '../../shared/who-listens.ts';
import { requireAuthServer } from './auth-server.ts';
import { loginItem, noticesOf } from './text.ts';

export interface LoginOptions {
  readonly user?: boolean;
  readonly scope?: string;
  readonly redirectUri?: string;
  readonly port?: string;
  /** False with `--no-browser`. */
  readonly browser?: boolean;
  readonly timeout?: string;
  readonly withToken?: boolean;
}

/** `revento login`: authorization code and PKCE over a loopback listener, or tokens from stdin. */
export const login: CommandModule<LoginOptions> = {
  declare: (command) =>
    command
      .option('--user', "a participant's login instead of an organizer's")
      .option('--scope <list>', 'scopes to ask for, space separated (REVENTO_SCOPE)')
      .option('--redirect-uri <uri>', 'registered redirect URI (REVENTO_REDIRECT_URI)')
      .option('--port <n>', "port to listen on here, when the redirect URI is a tunnel's")
      .option('--no-browser', 'only print the address')
      .option('--timeout <duration>', 'how long to wait for consent', '5m')
      .option('--with-token', 'take a token answer as JSON from stdin instead')
      .option('--client-id <id>', "the integration's id (REVENTO_CLIENT_ID)"),
  examples: [
    { command: 'revento login --event evt_test_published', explains: "an organizer's login for one event" },
    { command: 'revento login --event evt_test_published --user', explains: "a participant's login" },
    {
      command: 'revento login --redirect-uri https://abc.tunnel.example/callback --port 3000',
      explains: 'behind a tunnel that forwards to port 3000',
    },
  ],
  layout: { shape: 'value' },

  async *run(options, deps) {
    const kind: LoginKind = options.user === true ? 'user' : 'installation';
    const { grant, asked } = options.withToken
      ? await fromStdin(kind, options, deps)
      : await fromConsent(kind, options, deps);
    yield loginItem(grant, deps.profile, deps.clock.now());
    for (const notice of noticesOf(grant, asked, deps)) deps.terminal.notice(notice);
    return undefined;
  },
};

/** A login, and the scopes that were asked for. */
interface Obtained {
  readonly grant: Grant;
  readonly asked: readonly string[];
}

async function fromStdin(kind: LoginKind, { scope }: LoginOptions, deps: Deps): Promise<Obtained> {
  const { readTokenAnswer } = await import('../../../auth/sign-in/token-input.ts');
  if (deps.terminal.isStdinTty) {
    deps.terminal.notice('Reading a token answer as JSON from the terminal; end it with Ctrl-D on a line of its own.');
  }
  const bytes = await deps.terminal.readStdin(1024 * 1024);
  const { clock, redactor, event } = deps;
  const grant = readTokenAnswer(bytes, {
    kind,
    eventId: event,
    scope: scope ?? null,
    program: program(deps.profile),
    nowMs: clock.now(),
    redactor,
  });
  requireFileName('event', grant.eventId);
  await (await deps.sessions()).save(grant);
  return { grant, asked: grant.scope };
}

async function fromConsent(kind: LoginKind, options: LoginOptions, deps: Deps): Promise<Obtained> {
  const plan = await planOf(kind, options, deps);
  for (const warning of warningsOf(deps.childEnv)) deps.terminal.notice(`warning: ${warning}`);
  const doubt = await requireAuthServer(plan.authBase, deps);
  if (doubt !== null) deps.terminal.notice(`warning: ${doubt}; the login needs it in the end`);
  const { signIn } = await import('../../../auth/sign-in/sign-in.ts');
  try {
    return { grant: await signIn(plan, await worldOf(plan, options, deps)), asked: plan.scope };
  } catch (error) {
    throw withRemedy(error, plan, deps.profile, doubt !== null);
  }
}

/** Everything that can be wrong with the request is found here, before a port is bound or a browser opens. */
async function planOf(kind: LoginKind, options: LoginOptions, deps: Deps): Promise<SignInPlan> {
  const { settings } = deps;
  if (deps.event === null) {
    throw new ReventoError('setting_missing', 'No event is selected, and a login is for one event.', {
      lacks: 'default_event',
      hint: `name it: ${program(deps.profile)} login --event EVENT_ID (or set REVENTO_EVENT)`,
    });
  }
  const { checkRedirectUri } = await import('../../../auth/sign-in/redirect-uri.ts');
  const { scopesToAsk } = await import('../../../auth/sign-in/scopes.ts');
  const { authEndpoint } = await import('../../../auth/token/endpoint.ts');
  const scope = settings.get('scope');
  const authBase = settings.require('auth_base');
  authEndpoint(authBase, '/oauth/authorize');
  const eventId = requireFileName('event', deps.event);
  const plan: SignInPlan = {
    kind,
    eventId,
    scope: scopesToAsk(
      kind,
      options.scope ?? scope?.value ?? null,
      options.scope ? '--scope' : 'REVENTO_SCOPE or the profile',
    ),
    authBase,
    // Many issuers end in a slash, and RFC 9207 compares them as plain text: so what was written counts as well.
    issuers: [authBase, settings.written('auth_base') ?? authBase],
    clientId: settings.require('client_id'),
    clientSecret: await (await deps.secrets()).clientSecretFor(authBase),
    target: checkRedirectUri(options.redirectUri ?? settings.require('redirect_uri'), portOf(options.port)),
    timeoutMs: timeoutOf(options.timeout ?? '5m'),
  };
  // A consent is a person's time and a code is good once: neither is spent on a login that could not be stored.
  await (await deps.sessions()).prepare({ kind, eventId });
  return plan;
}

function portOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : wholeNumber('--port', text, 1, 65_535);
}

function timeoutOf(text: string): number {
  const timeoutMs = parseDuration(text);
  if (timeoutMs > 0) return timeoutMs;
  throw new ReventoError('usage', '--timeout must be longer than nothing.');
}

async function worldOf(plan: SignInPlan, options: LoginOptions, deps: Deps): Promise<SignInWorld> {
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
    announce: (url, over) => {
      terminal.notice(`Open this address in a browser to give consent for ${plan.eventId}:\n\n  ${url}\n`);
      terminal.notice(waitingFor(plan.target, plan.timeoutMs));
      if (isRemote(deps) && plan.target.isLoopback) terminal.notice(overSsh);
      if (mayOpenBrowser(options, deps)) void openBrowser(url, over, deps);
    },
    askRedirect: terminal.isInteractive
      ? (over) =>
          terminal.ask('Browser elsewhere? Paste the address it ends on (hidden): ', { isHidden: true, signal: over })
      : null,
  };
}

const overSsh =
  'Over SSH, the browser in front of you cannot reach this machine and ends on an error page: copy the address of that page and paste it here.';

/** Whether the person sits at another machine, and can be asked here. Source: sshd(8), environment. */
function isRemote({ childEnv, terminal }: Deps): boolean {
  return terminal.isInteractive && Boolean(childEnv['SSH_CONNECTION'] || childEnv['SSH_TTY']);
}

function waitingFor(target: RedirectTarget, timeoutMs: number): string {
  const where = target.isLoopback ? '' : ` (listening on localhost port ${target.listenPort})`;
  return `Waiting up to ${formatDuration(timeoutMs)} for the answer at ${target.uri}${where}.`;
}

/** Without anybody at the terminal no browser pops up by itself; one that BROWSER names was asked for. */
function mayOpenBrowser({ browser }: LoginOptions, { childEnv, terminal }: Deps): boolean {
  return browser !== false && (terminal.isInteractive || Boolean(childEnv['BROWSER']));
}

async function openBrowser(url: string, over: AbortSignal, deps: Deps): Promise<void> {
  const open = await deps.openBrowser();
  const problem = await open(url);
  if (problem === null || over.aborted) return;
  deps.terminal.notice(`No browser was opened: ${problem}. Open the address above yourself.`);
}

function warningsOf(env: Readonly<Record<string, string>>): string[] {
  const debug = nodeDebugWarning(env);
  return [
    ...(debug === null ? [] : [debug]),
    ...(env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0'
      ? ['NODE_TLS_REJECT_UNAUTHORIZED=0 lets anyone on the network read and change this login; unset it']
      : []),
  ];
}

/** The literal next command for the failures that another try can mend. */
function withRemedy(error: unknown, plan: SignInPlan, profile: string, isDoubtful: boolean): unknown {
  if (!(error instanceof ReventoError) || error.facts.hint !== undefined) return error;
  const again = loginCommand(profile, plan);
  const { retryAfterSeconds } = error.facts;
  const { isLoopback, listenPort, uri } = plan.target;
  const otherPort = listenPort === 65_535 ? 3000 : listenPort + 1;
  const otherUri = `http://localhost:${otherPort}/callback`;
  const elsewhere = isLoopback
    ? `if ${otherUri} is registered for your integration, run: ${again} --redirect-uri ${otherUri}`
    : `let the tunnel forward to another port and run: ${again} --redirect-uri ${shellWord(uri)} --port ${otherPort}`;
  const hints: Partial<Record<typeof error.code, string>> = {
    port_busy: `end what uses it (another login, perhaps; find it with: ${whoListens(listenPort)}), or ${elsewhere}`,
    login_declined: `to ask again, run: ${again}`,
    // Waiting longer mends nothing where the server could not be reached to begin with.
    login_timeout: isDoubtful
      ? `find out whether the server can be reached: ${program(profile)} doctor; then run: ${again}`
      : `to wait longer, run: ${again} --timeout 15m`,
    // The same request would be refused again: something in it is not what the server knows.
    login_failed:
      error.facts.apiCode === 'invalid_request'
        ? `check the event id and the redirect URI, then run: ${program(profile)} login --event EVENT_ID`
        : `run: ${again}`,
    rate_limited: `${retryAfterSeconds === undefined ? 'later' : `in ${retryAfterSeconds} s`}, run: ${again}`,
    server_error: `later, run: ${again}`,
    network: `check the connection and the host, then run: ${again}`,
  };
  const hint = hints[error.code];
  return hint === undefined
    ? error
    : new ReventoError(error.code, error.message, { ...error.facts, hint }, { cause: error });
}
