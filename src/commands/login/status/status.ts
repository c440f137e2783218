import type { CommandModule } from '../../../command-kit/command.ts';
import type { Deps } from '../../../command-kit/deps.ts';
import { loginCommand } from '../../../errors/next-command.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import type { Json } from '../../../json/value.ts';
import type { Login, LoginKey, UnreadableLogin } from '../../../login/login.ts';
import { fileNameOf, userField } from '../../../login/login-name.ts';
import { valueItem } from '../../../output/item.ts';
import { isoTime } from '../../../text/time.ts';
import { chooseLogin } from '../../shared/login-choice.ts';
import { cannotBeRead } from '../../shared/login-missing.ts';
import { profileNames } from '../../shared/profile-names.ts';
import type { Verdict, VerdictDeps } from './check.ts';
import type { Report } from './report.ts';
import { describe } from './text.ts';

interface StatusOptions {
  readonly check: boolean;
}

/** `revento status`: shows which logins are stored and, with `--check`, whether the API accepts them. */
export const status: CommandModule<StatusOptions> = {
  declare: (command) => command.option('--check', 'also ask the API (one request per login)', false),
  examples: {
    'revento status': 'which logins are stored, where and how',
    'revento status --check --json': 'whether the API accepts them, for a script',
  },
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
      verdict: verdicts.get(fileNameOf(login)) ?? null,
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
      otherProfiles: (await deps.storedProfiles()).filter(
        ({ name, logins: theirs }) => name !== deps.profile && theirs.length > 0,
      ),
    };
    // A profile that does not exist has nothing to show: its name is mistyped, or a port.
    if (!(await exists(report, deps))) requireUsable(report, deps);
    yield valueItem(toJson(report, check), (style) => describe(report, deps.clock.now(), style));
    const blocking = blockingOf(report, deps.event);
    warnOf(
      unreadable.filter((login) => login !== blocking),
      deps,
    );
    if (blocking !== undefined) throw cannotBeRead(blocking);
    requireUsable(report, deps);
  },
};

/** Whether commands that need its kind use this login by default. */
function isDefaultOf(key: LoginKey, keys: readonly LoginKey[], event: string | null): boolean {
  const choice = chooseLogin(keys, { kind: key.kind, eventId: event });
  return choice.outcome === 'found' && choice.login === key;
}

/** The unreadable login that makes the list incomplete: of the selected event, or any. */
function blockingOf({ unreadable, environment }: Report, event: string | null): UnreadableLogin | undefined {
  if (environment !== null) return undefined;
  return unreadable.find(({ eventId }) => event === null || eventId === event);
}

/** For data formats, where a row could not show the state of such a login. */
function warnOf(unreadable: readonly UnreadableLogin[], { format, terminal }: Pick<Deps, 'format' | 'terminal'>): void {
  if (format === 'table') return;
  for (const login of unreadable) terminal.notice(`warning: ${cannotBeRead(login).message}`);
}

async function exists(
  { profile, rows, unreadable, environment }: Report,
  deps: Pick<Deps, 'storedProfiles' | 'settingsFile'>,
): Promise<boolean> {
  if (profile === 'default' || rows.length > 0 || unreadable.length > 0 || environment !== null) return true;
  return (await profileNames(deps)).includes(profile);
}

/** @throws ReventoError `not_logged_in`, or why `--check` could not find out, when the API could not be called now */
function requireUsable({ rows, environment }: Report, deps: Pick<Deps, 'event' | 'profile'>): void {
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

/** Imported lazily: without `--check` no HTTP code is loaded. */
async function ask(deps: VerdictDeps, login: Login | null): Promise<Verdict> {
  const { askWhetherAccepted } = await import('./check.ts');
  return askWhetherAccepted(deps, login);
}

async function askForAll(logins: readonly Login[], deps: VerdictDeps): Promise<Map<string, Verdict>> {
  const verdicts = new Map<string, Verdict>();
  for (const login of logins) if (login.state === 'active') verdicts.set(fileNameOf(login), await ask(deps, login));
  return verdicts;
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
      ...userField(login),
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
