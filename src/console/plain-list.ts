import { escapeHtml } from '../pages/html-page.ts';
import { plainPage } from '../pages/local-page.ts';
import type { ResultOf } from '../sandbox/control/operations.ts';
import { withoutTokens } from '../text/without-tokens.ts';
import type { ControlPort } from './control-port.ts';

/** The most rows of a table on the page without script. */
const mostRows = 100;

type Cell = string | number | null;

/** Where the list stands. */
interface Place {
  /** Begin of the paths of the files of the page that it belongs to. */
  readonly base: string;
  /** Whether the same server has a list of deliveries. */
  readonly hasDeliveries: boolean;
}

/**
 * The state of the sandbox as HTML that needs no script. All text is escaped, and nothing in it looks like a secret,
 * whatever a participant or an integration may have written.
 *
 * @throws ControlRefusal, or any error when the sandbox cannot be reached
 */
export async function plainList(control: ControlPort, place: Place): Promise<string> {
  const [status, { now }, { counts, applications }, { activities }, { consents }, { logins }, { faults }] =
    await Promise.all([
      control.ask('status', {}),
      control.ask('clock', {}),
      control.ask('applications', { limit: mostRows }),
      control.ask('activities', {}),
      control.ask('consents', { limit: mostRows }),
      control.ask('logins', { limit: mostRows }),
      control.ask('faults', {}),
    ]);
  const { deliveries } = await control.ask('deliveries', { latest: mostRows });
  const { entries } = await control.ask('log', { kind: 'request', latest: mostRows });
  const { findings } = await control.ask('audit', {});
  const people = Object.entries(counts).map(([name, count]) => `${count} ${name.replaceAll('_', ' ')}`);
  return page(place, [
    `<p>Sandbox time ${escapeHtml(now)}${status.suspended ? '; the integration is suspended' : ''}. Reload to update.</p>`,
    table(
      `Applications: ${people.join(', ')}`,
      ['Name', 'Status', 'Role', 'Id'],
      applications.map(({ name, status: state, role, id }) => [name, state, role, id]),
    ),
    table(
      'Activities',
      ['Title', 'Signups', 'Capacity', 'Room left'],
      activities
        .slice(0, mostRows)
        .map(({ title, signups, capacity, capacity_state: state }) => [title, signups, capacity, state]),
    ),
    table(
      'Consents',
      ['Who', 'Scopes', 'Since', 'Revoked'],
      consents.map(({ user_name: user, user_id: id, scope, connected_at: at, revoked_at: revoked }) => [
        user ?? id ?? 'organizer',
        scope.join(' '),
        at,
        revoked,
      ]),
    ),
    table('Tokens', ['Login', 'Token', 'State', 'Issued', 'Expires'], logins.flatMap(tokenRows)),
    table(
      'Faults',
      ['Fault', 'Hits', 'Left'],
      faults.map(({ fault, hits, remaining }) => [fault, hits, remaining]),
    ),
    table(
      'Deliveries, newest first',
      ['Event type', 'State', 'Subject', 'Attempts', 'Next attempt'],
      [...deliveries]
        .reverse()
        .map(({ event, state, subject, attempts, next_attempt_at: at }) => [
          event,
          state,
          subject,
          attempts.length,
          at,
        ]),
    ),
    table(
      'Requests, newest first',
      ['Request', 'Time', 'Answer', 'Problem'],
      [...entries]
        .reverse()
        .flatMap((entry) =>
          entry.kind === 'request' ? [[`${entry.method} ${entry.path}`, entry.at, entry.status, entry.error]] : [],
        ),
    ),
    table(
      'Rules that the integration broke',
      ['Rule', 'Level', 'Times', 'What to do'],
      findings
        .filter(({ verdict }) => verdict === 'broken')
        .map(({ title, level, count, fix }) => [title, level, count, fix]),
    ),
  ]);
}

/** What stands there while the sandbox cannot be reached. */
export function awayPage(reason: string, place: Place): string {
  return page(place, [`<p class="problem">The sandbox cannot be reached: ${escapeHtml(reason)}</p>`]);
}

function page({ base, hasDeliveries }: Place, parts: readonly string[]): string {
  const others = hasDeliveries ? '<p><a href="/list">Deliveries</a></p>\n' : '';
  const body = `<main class="plain-list">\n<h1>Sandbox</h1>\n${others}${parts.join('\n')}\n</main>`;
  return withoutTokens(plainPage({ title: 'Revento sandbox', base, body }));
}

function tokenRows({ number, tokens }: ResultOf<'logins'>['logins'][number]): Cell[][] {
  return tokens.map((token) => [number, token.refresh_token, token.state, token.issued_at, token.refresh_expires_at]);
}

function table(name: string, heads: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const title = `<h2>${escapeHtml(name)}</h2>`;
  if (rows.length === 0) return `${title}<p>None.</p>`;
  const head = heads.map((one) => `<th scope="col">${escapeHtml(one)}</th>`).join('');
  const body = rows.map(
    ([first, ...rest]) => `<tr><th scope="row">${cell(first)}</th>${rest.map(plainCell).join('')}</tr>`,
  );
  return `${title}<div class="scroll-x"><table class="grid"><thead><tr>${head}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>`;
}

const cell = (value: Cell | undefined) => escapeHtml(value === null || value === undefined ? '' : String(value));
const plainCell = (value: Cell) => `<td>${cell(value)}</td>`;
