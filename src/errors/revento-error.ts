/**
 * Every way a command can fail, with the exit status it gives and the remedy it offers. Callers name a code and
 * never a number; a code that is not a row here does not compile.
 */

import { loginCommand, program } from './next-command.ts';
import { shellWord } from './shell-word.ts';

/** Exit statuses, a promise to scripts (`revento help exit-codes`). */
export const exitStatus = {
  done: 0,
  failed: 1,
  usage: 2,
  unmet: 3,
  login: 4,
  later: 5,
  commandNotRunnable: 126,
  commandNotFound: 127,
  interrupted: 130,
} as const;

export type ExitStatus = (typeof exitStatus)[keyof typeof exitStatus];

/** What the text of a hint may depend on. */
interface HintContext {
  readonly profile: string;
  readonly eventId?: string | undefined;
  /** Whether nobody is there to give consent, as in CI. */
  readonly isUnattended?: boolean;
  readonly facts: Facts;
}

/** Facts about one failure besides its code and message. */
export interface Facts {
  /** Overrides the row's remedy. Names the literal next command where there is one. */
  readonly hint?: string | undefined;
  /** The message without what a server wrote in it, for `--redact`; left out where nothing is quoted. */
  readonly maskedMessage?: string | undefined;
  /** HTTP status of the answer. */
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  /** The API's own `error` value; shown as the code when present. */
  readonly apiCode?: string | undefined;
  /** The event the failure is about, when it is not the selected one. */
  readonly eventId?: string | undefined;
  /** Whose login the failure is about; default: an organizer's. */
  readonly kind?: 'installation' | 'user' | undefined;
  /** Scope that was missing, space separated. */
  readonly scope?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
  /** The missing setting, which neither the selected profile nor the environment has. */
  readonly lacks?: Lack | undefined;
  /** The server ended the login, for a reason that it does not give. */
  readonly isRevoked?: boolean | undefined;
  /** What was wrong with a TLS handshake. */
  readonly tlsFault?: TlsFault | undefined;
}

/** Settings that a command may find missing. */
export type Lack = 'login' | 'webhook_secret' | 'client_id' | 'default_event';

/** `out_of_date`: expired, or not valid yet. `no_tls`: the other side speaks something else. */
export type TlsFault = 'untrusted' | 'other_host' | 'out_of_date' | 'no_tls';

interface Row {
  readonly exit: ExitStatus;
  readonly hint?: (context: HintContext) => string;
}

const login = ({ profile, eventId, facts }: HintContext, extra = ''): string => {
  const key = { eventId: facts.eventId ?? eventId ?? 'EVENT_ID', kind: facts.kind ?? 'installation' };
  return `${loginCommand(profile, key)}${extra}`;
};
const as = (kind: 'installation' | 'user', context: HintContext): HintContext => ({
  ...context,
  facts: { ...context.facts, kind },
});
const run = (command: string) => `run: ${command}`;
const wait = ({ facts }: HintContext) =>
  facts.retryAfterSeconds === undefined ? 'try again later' : `try again in ${facts.retryAfterSeconds} s`;

/** Source: guide, errors: consent that was revoked is one cause of several. */
function revoked(context: HintContext): string {
  return `${run(login(context))}; ${otherCauses}`;
}

/** Why logging in again may not help. */
export const otherCauses =
  'logging in fails while the event is archived, the organization has lost its formal status, or the integration is unpublished or suspended: check these in Revento';

/** What to do about a token that is refused although it is valid. */
export function escalate({ requestId }: Facts): string {
  return `contact Revento${requestId === undefined ? '' : ` with the request id ${requestId}`}`;
}

function tlsRemedy({ profile, facts }: HintContext): string {
  switch (facts.tlsFault) {
    case 'other_host':
      return `is this the right host? See: ${program(profile)} config list`;
    case 'no_tls':
      return `is this the right port? See: ${program(profile)} config list`;
    case 'out_of_date':
      return `if the clock of this machine is right, the server's operator has to renew the certificate; to see the clock, run: ${program(profile)} doctor`;
    default:
      return 'if the server, or a proxy on the way, uses a private root, put NODE_EXTRA_CA_CERTS=/path/to/root.pem in front of the same command; if not, stop: someone may be intercepting the connection';
  }
}

const rows = {
  usage: { exit: exitStatus.usage },
  setting_missing: { exit: exitStatus.usage },
  // A stored credential would go to another host than the one it was stored for.
  host_changed: { exit: exitStatus.usage },
  failed: { exit: exitStatus.failed },
  internal: {
    exit: exitStatus.failed,
    hint: () => 'this is a defect in revento; run again with --debug and report what it prints',
  },
  file: { exit: exitStatus.failed },
  disk_full: { exit: exitStatus.failed, hint: () => 'free some disk space, then run the same command again' },
  port_busy: { exit: exitStatus.failed },
  bind_failed: { exit: exitStatus.failed },
  unmet: { exit: exitStatus.unmet },
  // What shells answer, so that it is not taken for a status of the command itself.
  command_not_runnable: { exit: exitStatus.commandNotRunnable },
  command_not_found: { exit: exitStatus.commandNotFound },
  interrupted: { exit: exitStatus.interrupted },

  // Login and the token store.
  login_failed: { exit: exitStatus.login, hint: (c) => run(login(c)) },
  login_declined: { exit: exitStatus.login, hint: (c) => `the organizer said no; to ask again, ${run(login(c))}` },
  login_timeout: { exit: exitStatus.login, hint: (c) => `to wait longer, ${run(login(c, ' --timeout 15m'))}` },
  not_logged_in: { exit: exitStatus.login, hint: (c) => run(login(c)) },
  reauth_required: { exit: exitStatus.login, hint: (c) => (c.facts.isRevoked ? revoked(c) : run(login(c))) },
  login_mismatch: {
    exit: exitStatus.login,
    hint: (c) => `use the settings it was made with, or log in with these; ${run(login(c))}`,
  },
  refresh_ambiguous: {
    exit: exitStatus.later,
    hint: () => 'the server may or may not have processed the refresh; run the same command again',
  },
  lock_timeout: {
    exit: exitStatus.later,
    hint: () => 'another revento process holds this login; run the same command again',
  },
  store_corrupt: { exit: exitStatus.failed },
  store_key: { exit: exitStatus.failed },
  invalid_client: {
    exit: exitStatus.failed,
    hint: ({ profile }) =>
      `stored logins are kept; see where client id and secret come from: ${program(profile)} config list; then correct REVENTO_CLIENT_SECRET, or run: ${program(profile)} config set client_secret < FILE`,
  },

  // Answers of the API and the token endpoint.
  invalid_grant: { exit: exitStatus.login, hint: revoked },
  invalid_scope: {
    exit: exitStatus.failed,
    hint: () =>
      'request only scopes that your manifest declares, all of one kind: an organizer or a participant (see revento help login)',
  },
  invalid_token: {
    exit: exitStatus.login,
    hint: (c) =>
      `check which environment the token is for: ${program(c.profile)} status; if that is the right one, ${escalate(c.facts)}`,
  },
  token_expired: { exit: exitStatus.login, hint: (c) => run(login(c)) },
  token_revoked: { exit: exitStatus.login, hint: revoked },
  event_not_authorized: { exit: exitStatus.login, hint: (c) => `each event has its own login; ${run(login(c))}` },
  user_token_required: {
    exit: exitStatus.login,
    hint: (c) => `this needs a participant's login; ${run(login(as('user', c)))}`,
  },
  installation_token_required: {
    exit: exitStatus.login,
    hint: (c) => `this needs an organizer's login; ${run(login(as('installation', c)))}`,
  },
  insufficient_scope: {
    exit: exitStatus.login,
    hint: (c) => `log in again with the scope; ${run(login(c, ` --scope ${shellWord(c.facts.scope ?? 'SCOPES')}`))}`,
  },
  not_found: { exit: exitStatus.failed },
  validation_error: { exit: exitStatus.failed },
  api_error: { exit: exitStatus.failed },
  rate_limited: { exit: exitStatus.later, hint: wait },
  server_error: { exit: exitStatus.later, hint: wait },

  // No answer at all.
  host_placeholder: {
    exit: exitStatus.usage,
    hint: () =>
      'hosts ending in .example are placeholders from the guide; set REVENTO_AUTH_BASE and REVENTO_API_BASE to the ones you were given, or try `revento sandbox start` and `revento -p sandbox login`',
  },
  network: { exit: exitStatus.later, hint: () => 'check the connection and the host, then run the same command again' },
  tls: {
    exit: exitStatus.failed,
    hint: tlsRemedy,
  },
  bad_answer: {
    exit: exitStatus.failed,
    hint: ({ profile }) => `is this the right host? See: ${program(profile)} config list`,
  },
} satisfies Record<string, Row>;

export type FailureCode = keyof typeof rows;

/**
 * A failure that is reported to the user as `error: MESSAGE`, then `hint: …`.
 *
 * The message names what failed in one sentence, without secrets, query strings or stack traces.
 */
export class ReventoError extends Error {
  override readonly name = 'ReventoError';
  readonly code: FailureCode;
  readonly facts: Facts;

  constructor(code: FailureCode, message: string, facts: Facts = {}, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.facts = facts;
  }
}

export function exitOf(code: FailureCode): ExitStatus {
  return rows[code].exit;
}

/** The remedy shown under a failure, or undefined where none is known. */
export function hintOf(error: ReventoError, selected: Omit<HintContext, 'facts'>): string | undefined {
  const row: Row = rows[error.code];
  const hint = error.facts.hint ?? row.hint?.({ ...selected, facts: error.facts });
  return selected.isUnattended && error.code === 'not_logged_in' ? `${hint}; ${withoutConsent}` : hint;
}

const withoutConsent =
  'where nobody can consent (CI), set REVENTO_ACCESS_TOKEN, or REVENTO_CONFIG_DIR and REVENTO_STORE_KEY of a login made before; to test without an account: revento sandbox exec -- COMMAND';

/** Marks a branch the compiler has proven empty. */
export function unreachable(value: never): never {
  throw new ReventoError('internal', `unexpected value ${String(value)}`);
}
