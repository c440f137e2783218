import { loginCommand } from '../../../errors/next-command.ts';
import { hintOf } from '../../../errors/revento-error.ts';
import { isNowhere } from '../../../files/nowhere.ts';
import type { UnreadableLogin } from '../../../login/login.ts';
import { loginInWords, whoseInWords } from '../../../login/login-name.ts';
import type { KeySource } from '../../../ports/store.ts';
import type { Style } from '../../../text/style.ts';
import { relativeTime } from '../../../text/time.ts';
import type { Report, Row } from './report.ts';

const protections: Readonly<Record<KeySource, string>> = {
  keyfile: 'encrypted with a key file of this user',
  keyring: 'encrypted with a key from the OS keyring',
  passphrase: 'encrypted with the passphrase in REVENTO_STORE_KEY',
};

export function describe(report: Report, now: number, style: Style): string {
  const { store, environment } = report;
  const lines = [
    `${style.bold(`profile ${report.profile}`)}`,
    `  - Auth: ${report.authBase}`,
    `  - API: ${report.apiBase}`,
    isNowhere(store.path)
      ? '  - Store: none (this user has no home directory)'
      : `  - Store: ${store.path} (${protections[store.protection]})`,
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
  const lines = [
    `${mark(verdict?.isAccepted !== false, tokenState(verdict?.isAccepted), style)} ${style.bold('The token in REVENTO_ACCESS_TOKEN')}`,
  ];
  lines.push('  - Used as it is: never stored, never refreshed, expiry unknown');
  if (isDisplacing) lines.push('  - The logins below are not used while it is set');
  if (verdict !== null) lines.push(`  - The API: ${verdict.reason}`);
  return lines;
}

function describeLogin({ login, isDefault, verdict }: Row, profile: string, now: number, style: Style): string[] {
  const isGood = login.state === 'active' && verdict?.isAccepted !== false;
  const organization = login.organizationId === null ? '' : `, ${login.organizationId}`;
  const note = isDefault ? style.dim(' - default') : '';
  const title = `${style.bold(login.eventId)} (${whoseInWords(login)}${organization})${note}`;
  const lines = [`${mark(isGood, isGood || login.state !== 'active' ? login.state : 'refused', style)} ${title}`];
  if (login.state === 'active') {
    lines.push(`  - Access token: ${expiry(login.accessExpiresAt, now, 'refreshed when next used')}`);
    lines.push(
      `  - Refresh token: ${login.isRenewable ? expiry(login.refreshExpiresAt, now, 'unusable') : withoutRefresh}`,
    );
    lines.push(`  - Scopes: ${login.scope.length === 0 ? 'unknown' : login.scope.join(', ')}`);
  } else {
    const expired = login.isRenewable
      ? 'both tokens have expired'
      : 'its access token has expired, and it cannot be renewed';
    const reason = login.reason ?? (login.state === 'expired' ? expired : 'reason unknown');
    lines.push(`  - ${login.state === 'expired' ? 'Expired' : 'Revoked'}: ${reason}`);
  }
  if (verdict !== null) lines.push(`  - The API: ${verdict.reason}`);
  if (!isGood) lines.push(`  - To log in again, run: ${style.bold(loginCommand(profile, login))}`);
  return lines;
}

const withoutRefresh = 'none; the login ends with its access token';

/** The hint is shown with the failure, at the end. */
function describeUnreadable({ failure, ...key }: UnreadableLogin, profile: string, style: Style): string[] {
  const title = `${style.bold(key.eventId)} (${whoseInWords(key)})`;
  const hint = hintOf(failure, { profile });
  return [
    `${mark(false, 'unreadable', style)} ${title}`,
    `  - Cannot be read: ${failure.message}`,
    ...(hint === undefined ? [] : [`  - ${hint}`]),
  ];
}

function expiry(at: number | null, now: number, consequence: string): string {
  if (at === null) return 'expiry unknown';
  return at > now ? `expires ${relativeTime(at, now)}` : `expired ${relativeTime(at, now)}, ${consequence}`;
}

/** What is known of the token in the environment: without a question to the API, only that it is there. */
function tokenState(isAccepted: boolean | null | undefined): string {
  if (isAccepted === true) return 'accepted';
  return isAccepted === false ? 'refused' : 'set';
}

/** A mark with its word: a screen reader does not read every mark. */
function mark(isGood: boolean, word: string, style: Style): string {
  return isGood ? style.green(`✓ ${word}`) : style.red(`✗ ${word}`);
}
