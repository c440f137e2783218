import { useState } from 'preact/hooks';
import { spanWords } from '../../../pages/client/words.ts';
import { acts } from '../acts.ts';
import { useConsole, useData, useSecond } from '../context.ts';
import { timeWords } from '../words.ts';

const hourMs = 3_600_000;
const units = { s: 1_000, m: 60_000, h: hourMs, d: 24 * hourMs } as const;
/** A little past the moment itself, so that everything due then has happened. */
const beyondMs = 1_000;

/** The time of the sandbox, and how far it can usefully be moved. */
export function ClockPanel() {
  const store = useConsole();
  useSecond();
  const logins = useData('logins', { limit: 200 }, ['request', 'happening']);
  const now = store.now();
  const { pulse } = store;
  if (now === null || pulse === null) return null;
  const { held, next_retry_at: retryAt } = pulse.clock;
  const live = (logins?.logins ?? []).filter(({ state }) => state === 'active');
  const moments = [
    ['To the next retry', 'a delivery is sent again', earliest([retryAt], 0)],
    [
      'To the expiry of an access token',
      'requests with it get 401',
      earliest(
        live.map(({ tokens }) => tokens.at(-1)?.access_expires_at ?? null),
        now,
      ),
    ],
    [
      'To the end of the refresh window',
      'clients that have not refreshed by then must log in again',
      earliest(
        live.map(({ tokens }) => tokens.at(-1)?.refresh_expires_at ?? null),
        now,
      ),
    ],
    [
      'To the end of a login',
      'a year after consent; a refresh cannot extend it',
      earliest(
        live.map(({ ends_at: at }) => at),
        now,
      ),
    ],
  ] as const;
  const ahead = now - Date.now();
  return (
    <div class="clock">
      <h2>Clock</h2>
      <p class="now">
        <time>{timeWords(new Date(now).toISOString())}</time> <span>UTC</span>
      </p>
      <p class="aside">
        {held ? 'Held until it is resumed.' : 'It runs.'}{' '}
        {ahead > 60_000 ? `${spanWords(ahead)} ahead of real time.` : 'It shows real time.'} It only goes forward;
        everything due in between happens, in order. Deliveries are signed with real time.
      </p>
      <div class="acts">
        <button type="button" onClick={() => acts.advance(store, hourMs)}>
          + 1 h
        </button>
        <button type="button" onClick={() => acts.advance(store, 24 * hourMs)}>
          + 1 day
        </button>
        <button type="button" class={held ? 'main' : ''} onClick={() => (held ? acts.resume : acts.hold)(store)}>
          {held ? 'Resume' : 'Hold'}
        </button>
        <MoveBy />
      </div>
      <h3>What is due</h3>
      <ul class="moments">
        {moments.map(([name, meaning, at]) => (
          <li key={name}>
            <button
              type="button"
              aria-disabled={at === null}
              onClick={() => at !== null && acts.advance(store, Math.ceil((at - now + beyondMs) / 1_000) * 1_000)}
            >
              {name}
            </button>
            <span>
              {at === null ? (
                <span class="aside">none</span>
              ) : (
                <>
                  in {spanWords(at - now)} <span class="aside">{timeWords(new Date(at).toISOString())}</span>
                </>
              )}
            </span>
            <span class="aside">{meaning}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Moves the clock by any duration. */
function MoveBy() {
  const store = useConsole();
  const [text, setText] = useState('');
  const move = async (event: SubmitEvent) => {
    event.preventDefault();
    const [, count = '', unit = ''] = /^\s*(\d{1,9})\s*([smhd])\s*$/.exec(text) ?? [];
    const size = units[unit as keyof typeof units];
    if (size === undefined) store.say('Write a duration such as 90m, 12h or 91d.', 'bad');
    // What was typed meanwhile stays.
    else if (await acts.advance(store, Number(count) * size)) setText((now) => (now === text ? '' : now));
  };
  return (
    <form class="inline" onSubmit={move}>
      <label for="move-by">Move by</label>
      <input
        id="move-by"
        placeholder="91d"
        size={6}
        value={text}
        autocomplete="off"
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
      <button type="submit">Move</button>
    </form>
  );
}

/** The earliest of these times that is not before another one, in milliseconds; null without any. */
function earliest(times: readonly (string | null)[], after: number): number | null {
  const known = times.flatMap((at) => (at === null || Date.parse(at) < after ? [] : [Date.parse(at)]));
  return known.length === 0 ? null : Math.min(...known);
}
