import type { SignInPlan } from '../../../auth/sign-in/sign-in.ts';
import type { Deps } from '../../../command-kit/deps.ts';
import { wholeNumber } from '../../../command-kit/option-values.ts';
import { program } from '../../../errors/next-command.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import { shellWord } from '../../../errors/shell-word.ts';
import { requireFileName } from '../../../files/file-name.ts';
import type { LoginKind } from '../../../login/login.ts';
import { parseDuration } from '../../../text/time.ts';

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

/** Finds everything wrong with the request before a port is bound or a browser opens. */
export async function planOf(
  kind: LoginKind,
  options: LoginOptions,
  deps: Pick<Deps, 'event' | 'profile' | 'secrets' | 'sessions' | 'settings'>,
): Promise<SignInPlan> {
  const { settings } = deps;
  if (deps.event === null) {
    throw new ReventoError('setting_missing', 'A login is for one event, and no event is selected.', {
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
    // Many issuers end in a slash, and RFC 9207 compares them as plain text, so the URL as written counts as well.
    issuers: [authBase, settings.written('auth_base') ?? authBase],
    respell: (issuer) => respelling(issuer, deps),
    clientId: settings.require('client_id'),
    clientSecret: await (await deps.secrets()).clientSecretFor(authBase),
    target: checkRedirectUri(options.redirectUri ?? settings.require('redirect_uri'), portOf(options.port)),
    timeoutMs: timeoutOf(options.timeout ?? '5m'),
  };
  // Consent takes a user's time and a code works once: check that the login can be stored first.
  await (await deps.sessions()).prepare({ kind, eventId });
  return plan;
}

function portOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : wholeNumber('--port', text, 1, 65_535);
}

function timeoutOf(text: string): number {
  const timeoutMs = parseDuration(text);
  if (timeoutMs > 0) return timeoutMs;
  throw new ReventoError('usage', '--timeout must be longer than 0.');
}

/** How to change the auth base in use. */
function respelling(issuer: string, { settings, profile }: Pick<Deps, 'settings' | 'profile'>): string {
  switch (settings.get('auth_base')?.source) {
    case 'flag':
      return `pass --auth-base ${shellWord(issuer)}`;
    case 'environment':
      return `set REVENTO_AUTH_BASE=${shellWord(issuer)}`;
    default:
      return `run: ${program(profile)} config set auth_base ${shellWord(issuer)}`;
  }
}
