import { useConsole, useData, useSecond } from '../context.ts';
import { spanWords, timeWords } from '../words.ts';

const hourMs = 3_600_000;
/** A little beyond the moment itself, so that what is due then has happened. */
const beyondMs = 1_000;

/** The clock of the sandbox may be a little ahead of what is shown, and only goes forward. */
const soon = (now: number) => new Date(Math.ceil(now / 1_000) * 1_000 + 2_000).toISOString();

/** The time of the sandbox, and how far it can usefully be moved. */
export function ClockPanel() {
  const store = useConsole();
  useSecond();
  const deliveries = useData('deliveries', {}, ['delivery']);
  const logins = useData('logins', { limit: 200 }, ['request', 'happening']);
  const now = store.now();
  const { pulse } = store;
  if (now === null || pulse === null) return null;
  const retryAt = earliest((deliveries?.deliveries ?? []).map(({ next_attempt_at: at }) => at));
  const live = (logins?.logins ?? []).filter(({ state }) => state === 'active');
  const refreshEndsAt = earliest(live.map(({ tokens }) => tokens.at(-1)?.refresh_expires_at ?? null));
  const accessEndsAt = earliest(
    live
      .map(({ tokens }) => tokens.at(-1)?.access_expires_at ?? null)
      .filter((at) => at !== null && Date.parse(at) > now),
  );
  const advance = (ms: number) =>
    store.act('advance', { ms }, ({ now: reached }) => `The clock of the sandbox shows ${timeWords(reached)}.`);
  const to = (atMs: number | null) => () =>
    atMs !== null && advance(Math.ceil((atMs - now + beyondMs) / 1_000) * 1_000);
  const ahead = now - Date.now();
  return (
    <div class="clock">
      <h2>Clock</h2>
      <p class="now">
        <time>{timeWords(new Date(now).toISOString())}</time> <span>UTC</span>
      </p>
      <p class="aside">
        {pulse.clock.held ? 'Held: it stands still until it is resumed.' : 'It runs.'}{' '}
        {ahead > 60_000 ? `${spanWords(ahead)} ahead of real time.` : 'It shows real time.'} It only goes forward;
        everything due in between happens, in order. Deliveries are signed with real time.
      </p>
      <div class="acts">
        <button type="button" onClick={() => advance(hourMs)}>
          + 1 h
        </button>
        <button type="button" onClick={() => advance(24 * hourMs)}>
          + 1 day
        </button>
        <button type="button" disabled={retryAt === null} onClick={to(retryAt)}>
          To the next retry {retryAt !== null && <small>in {spanWords(retryAt - now)}</small>}
        </button>
        <button type="button" disabled={accessEndsAt === null} onClick={to(accessEndsAt)}>
          To the end of an access token {accessEndsAt !== null && <small>in {spanWords(accessEndsAt - now)}</small>}
        </button>
        <button type="button" disabled={refreshEndsAt === null} onClick={to(refreshEndsAt)}>
          To the end of the refresh window{' '}
          {refreshEndsAt !== null && <small>in {spanWords(refreshEndsAt - now)}</small>}
        </button>
        {pulse.clock.held ? (
          <button
            type="button"
            class="main"
            onClick={() => store.act('resume_clock', {}, () => 'The clock runs again.')}
          >
            Resume
          </button>
        ) : (
          <button
            type="button"
            onClick={() => store.act('set_clock', { to: soon(now) }, () => 'The clock stands still.')}
          >
            Hold
          </button>
        )}
      </div>
    </div>
  );
}

/** The earliest of these times in milliseconds; null without any. */
function earliest(times: readonly (string | null)[]): number | null {
  const known = times.flatMap((at) => (at === null ? [] : [Date.parse(at)]));
  return known.length === 0 ? null : Math.min(...known);
}
