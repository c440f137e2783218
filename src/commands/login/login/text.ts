import type { Deps } from '../../../command-kit/deps.ts';
import type { Settings } from '../../../config/types.ts';
import { program } from '../../../errors/next-command.ts';
import type { Grant } from '../../../login/login.ts';
import { loginInWords, userField } from '../../../login/login-name.ts';
import { type Item, valueItem } from '../../../output/item.ts';
import { isoTime, relativeTime } from '../../../text/time.ts';

/** The result of a login: never a token. */
export function loginItem(grant: Grant, profile: string, now: number): Item {
  return valueItem(
    {
      profile,
      event_id: grant.eventId,
      organization_id: grant.organizationId,
      kind: grant.kind,
      ...userField(grant),
      scope: grant.scope,
      access_expires_at: isoTime(grant.accessExpiresAt),
      refresh_expires_at: isoTime(grant.refreshExpiresAt),
    },
    (style) => {
      const of = grant.organizationId === null ? '' : ` of ${grant.organizationId}`;
      const lines = [
        `${style.green('✓')} Logged in to ${style.bold(loginInWords(grant))}${of}.`,
        `  - Scopes: ${grant.scope.length === 0 ? 'none' : grant.scope.join(', ')}`,
        `  - Access token: ${accessInWords(grant, now)}`,
        ...(grant.refreshToken === null ? [] : [`  - Refresh token: ${expiryInWords(grant.refreshExpiresAt, now)}`]),
      ];
      return lines.join('\n');
    },
  );
}

function accessInWords({ accessExpiresAt, refreshToken }: Grant, now: number): string {
  const renewal = refreshToken === null ? 'and cannot be renewed' : 'renewed automatically';
  return `${expiryInWords(accessExpiresAt, now)}, ${renewal}`;
}

function expiryInWords(at: number | null, now: number): string {
  return at === null ? 'expiry unknown' : `expires ${relativeTime(at, now)}`;
}

/** Notes for the user: scopes that differ, a token that takes precedence. */
export function noticesOf(
  grant: Grant,
  asked: readonly string[],
  deps: Pick<Deps, 'environmentToken' | 'profile' | 'settings'>,
): string[] {
  const withheld = asked.filter((scope) => !grant.scope.includes(scope));
  const added = grant.scope.filter((scope) => !asked.includes(scope));
  return [
    ...(withheld.length > 0
      ? [
          `note: ${withheld.join(' ')} ${withheld.length === 1 ? 'was' : 'were'} not granted; commands that need ${withheld.length === 1 ? 'it' : 'them'} will fail`,
        ]
      : []),
    ...(added.length > 0
      ? [`note: ${added.join(' ')} ${added.length === 1 ? 'was' : 'were'} granted without being requested`]
      : []),
    ...(deps.environmentToken === null
      ? []
      : ['note: REVENTO_ACCESS_TOKEN is set and takes precedence over this login; unset it to use the login']),
    `Next: ${program(deps.profile)} ${nextCommand(grant, deps.settings)}`,
  ];
}

function nextCommand({ kind, eventId, scope }: Grant, settings: Settings): string {
  const selected = settings.get('default_event');
  const isSelected = selected?.value === eventId && selected.source !== 'flag';
  const flag = isSelected ? '' : ` --event ${eventId}`;
  if (kind === 'user') return scope.includes('profile.read') ? `me profile${flag}` : 'status';
  if (scope.includes('participants.read')) return `participants list${flag}`;
  return scope.includes('event.read') ? `events get${flag}` : 'status';
}
