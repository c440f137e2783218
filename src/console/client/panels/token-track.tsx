import { countWords, spanWords } from '../../../pages/client/words.ts';
import { useConsole, useSecond } from '../context.ts';
import { timeWords } from '../words.ts';
import { RequestLink } from './row-link.tsx';
import type { Login, Token } from './tokens.tsx';

/** The tokens of a login on a line, each refresh a step; a used token that was sent again is a fork that ends the login. */
export function TokenTrack({ login }: { readonly login: Login }) {
  const { tokens, ending, number, token_count: count } = login;
  const hidden = count - tokens.length;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: scrollable content must be reachable by keyboard
    <section class="track" aria-label={`Timeline of login ${number}`} tabIndex={0}>
      <ol>
        {hidden > 0 && <li class="hidden aside">{countWords(hidden, 'older token', 'older tokens')}</li>}
        {tokens.map((token) => (
          <li key={token.number} class={`node ${token.state}`}>
            <span class="dot" aria-hidden="true">
              {token.number}
            </span>
            <TokenFacts token={token} />
            {ending !== null && ending.refresh_token === token.refresh_token && <Fork ending={ending} />}
          </li>
        ))}
      </ol>
    </section>
  );
}

function TokenFacts({ token }: { readonly token: Token }) {
  const { refresh_token: refresh, issued_at: at, issued_by: by, state, access_expires_at: access } = token;
  const isLive = state === 'current';
  return (
    <div class="token">
      <p>
        <code>{refresh}</code> <span class="badge">{state}</span>
      </p>
      <p class="aside">
        issued {timeWords(at).slice(5)} {by !== null && <RequestLink id={by} />}
      </p>
      {token.spent_at !== null && (
        <p class="aside">
          spent {timeWords(token.spent_at).slice(5)} {token.spent_by !== null && <RequestLink id={token.spent_by} />}
        </p>
      )}
      {isLive && access !== null && <Expiry what="access" at={access} />}
      {(isLive || state === 'expired') && <Expiry what="refresh" at={token.refresh_expires_at} />}
    </div>
  );
}

function Expiry({ what, at }: { readonly what: string; readonly at: string }) {
  const store = useConsole();
  useSecond();
  const left = Date.parse(at) - (store.now() ?? 0);
  return (
    <p class="aside">
      {what} {left > 0 ? `expires in ${spanWords(left)}` : `expired ${timeWords(at).slice(5)}`}
    </p>
  );
}

function Fork({ ending }: { readonly ending: NonNullable<Login['ending']> }) {
  return (
    <div class="fork">
      <p>✗ sent again</p>
      <p class="aside">
        {timeWords(ending.at).slice(5)} {ending.request_id !== null && <RequestLink id={ending.request_id} />}
      </p>
      <p class="aside">this ended the login</p>
    </div>
  );
}
