import type { CommandModule } from '../../command-kit/command.ts';
import type { Deps } from '../../command-kit/deps.ts';
import { loginCommand } from '../../errors/next-command.ts';
import { hintOf, ReventoError } from '../../errors/revento-error.ts';
import type { Json } from '../../json/value.ts';
import type { Login, LoginKey, UnreadableLogin } from '../../login/login.ts';
import { kindInWords } from '../../login/login-name.ts';
import type { StoredProfile, StoreProtection } from '../../ports/store.ts';
import type { Style } from '../../text/style.ts';
import { isoTime, relativeTime } from '../../text/time.ts';
import { chooseLogin, loginInWords } from '../shared/login-choice.ts';
import { cannotBeRead } from '../shared/login-missing.ts';
import type { Verdict } from './status-check.ts';

export interface StatusOptions {
  readonly check: boolean;
}

interface Row {
  readonly login: Login;
  readonly isDefault: boolean;
  /** What `--check` found out; null where it did not ask. */
  readonly verdict: Verdict | null;
}

interface Report {
  readonly profile: string;
  readonly authBase: string;
  readonly apiBase: string;
  readonly store: { readonly path: string; readonly protection: StoreProtection };
  readonly rows: readonly Row[];
  readonly unreadable: readonly UnreadableLogin[];
  readonly environment: { readonly isDisplacing: boolean; readonly verdict: Verdict | null } | null;
  /** Those with a login, told from names of files. */
  readonly otherProfiles: readonly StoredProfile[];
}

/** `revento status`: which logins are stored and, with `--check`, whether the API takes them. */
export const status: CommandModule<StatusOptions> = {
  declare: (command) => command.option('--check', 'also ask the API (one request a login)', false),
  examples: [
    { command: 'revento status', explains: 'which logins are stored, and how' },
    { command: 'revento status --check --json', explains: 'whether the API takes them, for a script' },
  ],
  layout: { shape: 'value' },
  answersByStatus: () => true,

  async *run({ check }, deps) {
    const sessions = await deps.sessions();
    const isDisplaced = deps.environmentToken !== null;
    const verdicts =
      check && !isDisplaced ? await askForAll((await sessions.survey()).logins, deps) : new Map<string, Verdict>();
    // Listed after asking, which may have refreshed a login or found it revoked.
    const { logins, unreadable } = await sessions.survey();
    const rows = logins.map((login) => ({
      login,
      isDefault: isDefaultOf(login, [...logins, ...unreadable], deps.event),
      verdict: verdicts.get(nameOf(login)) ?? null,
    }));
    const report: Report = {
      profile: deps.profile,
      authBase: deps.settings.get('auth_base')?.value ?? '',
      apiBase: deps.settings.get('api_base')?.value ?? '',
      store: await sessions.protection(),
      rows,
      unreadable,
      environment: isDisplaced
        ? { isDisplacing: logins.length + unreadable.length > 0, verdict: check ? await ask(deps, null) : null }
        : null,
      otherProfiles: (await deps.inspectStore()).profiles.filter(
        ({ name, logins: theirs }) => name !== deps.profile && theirs.length > 0,
      ),
    };
    yield {
      kind: 'value',
      data: toJson(report, check),
      text: (style) => describe(report, deps.clock.now(), style),
    };
    const blocking = blockingOf(report, deps.event);
    warnOf(
      unreadable.filter((login) => login !== blocking),
      deps,
    );
    if (blocking !== undefined) throw cannotBeRead(blocking);
    requireUsable(report, deps);
    return undefined;
  },
};

/** Whether commands that need its kind use this login when none is named. */
function isDefaultOf({ kind, eventId }: LoginKey, keys: readonly LoginKey[], event: string | null): boolean {
  const choice = chooseLogin(keys, { kind, eventId: event });
  return choice.outcome === 'found' && choice.login.eventId === eventId;
}

/** The unreadable login without which what was shown is not the whole: of the selected event, or any. */
function blockingOf({ unreadable, environment }: Report, event: string | null): UnreadableLogin | undefined {
  if (environment !== null) return undefined;
  return unreadable.find(({ eventId }) => event === null || eventId === event);
}

/** Beside data for machines, where a row could not say truthfully in which state such a login is. */
function warnOf(unreadable: readonly UnreadableLogin[], { format, terminal }: Deps): void {
  if (format === 'table') return;
  for (const login of unreadable) terminal.notice(`warning: ${cannotBeRead(login).message}`);
}

/** @throws ReventoError `not_logged_in`, or why `--check` could not find out, when the API could not be called now */
function requireUsable({ rows, environment }: Report, deps: Deps): void {
  if (environment !== null) {
    if (environment.verdict?.failure) throw environment.verdict.failure;
    return;
  }
  const meant = rows.filter(({ login }) => deps.event === null || login.eventId === deps.event);
  const usable = meant.filter(({ login, verdict }) => login.state === 'active' && verdict?.isAccepted !== false);
  const unasked = usable.find(({ verdict }) => verdict?.isAccepted === null)?.verdict?.failure;
  if (unasked) throw unasked;
  if (usable.length > 0) return;
  const of = deps.event === null ? '' : ` for event ${deps.event}`;
  const [bad] = meant;
  const message = `Profile "${deps.profile}" has no ${bad ? 'usable ' : ''}login${of}.`;
  throw new ReventoError(
    'not_logged_in',
    message,
    bad
      ? { hint: `run: ${loginCommand(deps.profile, bad.login)}` }
      : { lacks: rows.length === 0 ? 'login' : undefined },
  );
}

/** Imported here and nowhere else: without `--check` no HTTP code is loaded. */
async function ask(deps: Deps, login: Login | null): Promise<Verdict> {
  const { askWhetherAccepted } = await import('./status-check.ts');
  return askWhetherAccepted(deps, login);
}

async function askForAll(logins: readonly Login[], deps: Deps): Promise<Map<string, Verdict>> {
  const verdicts = new Map<string, Verdict>();
  for (const login of logins) if (login.state === 'active') verdicts.set(nameOf(login), await ask(deps, login));
  return verdicts;
}

function nameOf({ kind, eventId }: Login): string {
  return `${kind} ${eventId}`;
}

function toJson(
  { profile, authBase, apiBase, store, rows, environment, otherProfiles }: Report,
  isChecked: boolean,
): Json {
  const accepted = (verdict: Verdict | null) => (isChecked ? { accepted: verdict?.isAccepted ?? null } : {});
  return {
    profile,
    auth_base: authBase,
    api_base: apiBase,
    store: { path: store.path, protection: store.protection },
    ...(environment && { environment_token: { variable: 'REVENTO_ACCESS_TOKEN', ...accepted(environment.verdict) } }),
    logins: rows.map(({ login, isDefault, verdict }) => ({
      event_id: login.eventId,
      organization_id: login.organizationId,
      kind: login.kind,
      scope: login.scope,
      access_expires_at: isoTime(login.accessExpiresAt),
      refresh_expires_at: isoTime(login.refreshExpiresAt),
      state: login.state,
      default: isDefault,
      ...accepted(verdict),
    })),
    other_profiles: otherProfiles.map(({ name, logins }) => ({
      profile: name,
      logins: logins.map(({ eventId, kind }) => ({ event_id: eventId, kind })),
    })),
  };
}

const protections: Readonly<Record<StoreProtection, string>> = {
  keyfile: 'encrypted with a key file of this user',
  keyring: 'encrypted with a key from the OS keyring',
  passphrase: 'encrypted with the passphrase in REVENTO_STORE_KEY',
};

function describe(report: Report, now: number, style: Style): string {
  const { store, environment } = report;
  const lines = [
    `${style.bold(`profile ${report.profile}`)}`,
    `  - Auth: ${report.authBase}`,
    `  - API: ${report.apiBase}`,
    `  - Store: ${store.path} (${protections[store.protection]})`,
  ];
  if (environment !== null) {
    lines.push('', ...describeEnvironment(environment, style));
  }
  for (const row of report.rows) lines.push('', ...describeLogin(row, report.profile, now, style));
  for (const login of report.unreadable) lines.push('', ...describeUnreadable(login, report.profile, style));
  if (report.otherProfiles.length > 0)
    lines.push('', 'Other profiles with a login (to see one, run: revento -p NAME status):');
  for (const { name, logins } of report.otherProfiles) {
    lines.push(`  - ${name}: ${logins.map(loginInWords).join(', ')}`);
  }
  return lines.join('\n');
}

function describeEnvironment({ isDisplacing, verdict }: NonNullable<Report['environment']>, style: Style): string[] {
  const lines = [`${mark(verdict?.isAccepted !== false, style)} ${style.bold('The token in REVENTO_ACCESS_TOKEN')}`];
  lines.push('  - Used as it is: never stored, never refreshed, expiry unknown');
  if (isDisplacing) lines.push('  - The logins below are not used while it is set');
  if (verdict !== null) lines.push(`  - The API: ${verdict.reason}`);
  return lines;
}

function describeLogin({ login, isDefault, verdict }: Row, profile: string, now: number, style: Style): string[] {
  const isGood = login.state === 'active' && verdict?.isAccepted !== false;
  const organization = login.organizationId === null ? '' : `, ${login.organizationId}`;
  const note = isDefault ? style.dim(' - default') : '';
  const title = `${style.bold(login.eventId)} (${kindInWords(login.kind)}${organization})${note}`;
  const lines = [`${mark(isGood, style)} ${title}`];
  if (login.state === 'active') {
    lines.push(`  - Access token: ${expiry(login.accessExpiresAt, now, 'refreshed when next used')}`);
    lines.push(
      `  - Refresh token: ${login.isRenewable ? expiry(login.refreshExpiresAt, now, 'unusable') : withoutRefresh}`,
    );
    lines.push(`  - Scopes: ${login.scope.length === 0 ? 'not told' : login.scope.join(', ')}`);
  } else {
    const expired = login.isRenewable ? 'both tokens have expired' : 'its access token has, and it cannot be renewed';
    const reason = login.reason ?? (login.state === 'expired' ? expired : 'no reason is known');
    lines.push(`  - ${login.state === 'expired' ? 'Expired' : 'Revoked'}: ${reason}`);
  }
  if (verdict !== null) lines.push(`  - The API: ${verdict.reason}`);
  if (!isGood) lines.push(`  - To log in again, run: ${style.bold(loginCommand(profile, login))}`);
  return lines;
}

const withoutRefresh = 'none; the login ends with its access token';

/** The remedy stands under the failure itself, which is told last. */
function describeUnreadable({ failure, ...key }: UnreadableLogin, profile: string, style: Style): string[] {
  const title = `${style.bold(key.eventId)} (${kindInWords(key.kind)})`;
  const hint = hintOf(failure, { profile });
  return [
    `${mark(false, style)} ${title}`,
    `  - Cannot be read: ${failure.message}`,
    ...(hint === undefined ? [] : [`  - ${hint}`]),
  ];
}

function expiry(at: number | null, now: number, consequence: string): string {
  if (at === null) return 'expiry unknown';
  return at > now ? `expires ${relativeTime(at, now)}` : `expired ${relativeTime(at, now)}, ${consequence}`;
}

function mark(isGood: boolean, style: Style): string {
  return isGood ? style.green('✓') : style.red('✗');
}
