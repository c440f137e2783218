import type { CommandModule } from '../../../command-kit/command.ts';
import type { Deps } from '../../../command-kit/deps.ts';
import { nodeDebugWarning } from '../../../config/environment.ts';
import { program } from '../../../errors/next-command.ts';
import { requireFileName } from '../../../files/file-name.ts';
import type { Grant, LoginKind } from '../../../login/login.ts';
import { requireAuthServer } from './auth-server.ts';
import { type LoginOptions, planOf } from './plan.ts';
import { withRemedy } from './remedy.ts';
import { loginItem, noticesOf } from './text.ts';
import { requireSomebody, type WorldDeps, worldOf } from './world.ts';

/** `revento login`: authorization code and PKCE over a loopback listener, or tokens from stdin. */
export const login: CommandModule<LoginOptions> = {
  declare: (command) =>
    command
      .option('--user', "a participant's login instead of an organizer's")
      .option('--scope <list>', 'scopes to request, space separated (REVENTO_SCOPE)')
      .option('--redirect-uri <uri>', 'registered redirect URI (REVENTO_REDIRECT_URI)')
      .option('--port <n>', "port to listen on here, when the redirect URI is a tunnel's")
      .option('--no-browser', 'only print the URL')
      .option('--timeout <duration>', 'how long to wait for consent', '5m')
      .option('--with-token', 'read a token response as JSON from stdin instead')
      .option('--client-id <id>', 'OAuth client ID (REVENTO_CLIENT_ID)'),
  examples: {
    'revento login --event evt_test_published': "an organizer's login for one event",
    'revento login --event evt_test_published --user': "a participant's login",
    'revento login --redirect-uri https://abc.tunnel.example/callback --port 3000':
      'behind a tunnel that forwards to port 3000',
  },
  layout: { shape: 'value' },

  async *run(options, deps) {
    const kind: LoginKind = options.user === true ? 'user' : 'installation';
    const { grant, asked } = options.withToken
      ? await fromStdin(kind, options, deps)
      : await fromConsent(kind, options, deps);
    yield loginItem(grant, deps.profile, deps.clock.now());
    for (const notice of noticesOf(grant, asked, deps)) deps.terminal.notice(notice);
  },
};

/** A login, and the requested scopes. */
interface Obtained {
  readonly grant: Grant;
  readonly asked: readonly string[];
}

/** What a token response on standard input needs. */
type StdinDeps = Pick<Deps, 'clock' | 'event' | 'profile' | 'redactor' | 'sessions' | 'terminal'>;

/** What asking for consent needs. */
type ConsentDeps = WorldDeps & Pick<Deps, 'event' | 'secrets' | 'settings'>;

async function fromStdin(kind: LoginKind, { scope }: LoginOptions, deps: StdinDeps): Promise<Obtained> {
  const { readTokenAnswer } = await import('../../../auth/sign-in/token-input.ts');
  if (deps.terminal.isStdinTty) {
    deps.terminal.notice('Reading a token response as JSON from the terminal; end it with Ctrl-D on an empty line.');
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

async function fromConsent(kind: LoginKind, options: LoginOptions, deps: ConsentDeps): Promise<Obtained> {
  requireSomebody(options, deps);
  const plan = await planOf(kind, options, deps);
  for (const warning of warningsOf(deps.childEnv)) deps.terminal.notice(`warning: ${warning}`);
  const doubt = await requireAuthServer(plan.authBase, deps);
  if (doubt !== null) deps.terminal.notice(`warning: ${doubt}; the login needs it in the end`);
  const { signIn } = await import('../../../auth/sign-in/sign-in.ts');
  try {
    return { grant: await signIn(plan, await worldOf(plan, options, deps)), asked: plan.scope };
  } catch (error) {
    throw withRemedy(error, { plan, isDoubtful: doubt !== null }, deps);
  }
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
