import type { PageResult } from '../../model/wire.ts';
import { useConsole, useData, useSecond } from '../context.ts';
import { ScrollBox } from '../scroll-box.tsx';
import { countWords, spanWords, timeWords } from '../words.ts';
import { TokenTrack } from './token-track.tsx';

export type Login = PageResult<'logins'>['logins'][number];
export type Token = Login['tokens'][number];

/** Every login with the history of its tokens. */
export function TokensPanel() {
  const data = useData('logins', { limit: 50 }, ['request', 'happening']);
  return (
    <div>
      <div class="panel-bar">
        <h2>Tokens</h2>
        <p class="aside">
          {data === null ? '' : countWords(data.total, 'login', 'logins')} · tokens are shown by fingerprint: the first
          8 hex digits of their SHA-256
        </p>
      </div>
      {data?.total === 0 && <p class="none">No login yet: revento -p sandbox login</p>}
      {data?.logins.map((login) => (
        <LoginCard key={login.number} login={login} />
      ))}
    </div>
  );
}

const tones = { active: 'good', expired: 'calm', revoked: 'bad' } as const;
const causes = {
  reuse: 'a spent refresh token came again: the whole login ended',
  code_reuse: 'the authorization code came again: the whole login ended',
  revoked: 'the consent was revoked',
} as const;

function LoginCard({ login }: { readonly login: Login }) {
  const { number, kind, user_name, user_id, event_id, state, scope, started_at, ends_at, ending, tokens, token_count } =
    login;
  const hidden = token_count - tokens.length;
  return (
    <article class="login" aria-labelledby={`login-${number}`}>
      <div class="panel-bar">
        <h3 id={`login-${number}`}>
          Login {number}: {kind === 'installation' ? 'organizer' : (user_name ?? user_id)}
        </h3>
        <span class={`badge ${tones[state]}`}>{state}</span>
        <span class="aside">
          {event_id} · since {timeWords(started_at)} · ends {timeWords(ends_at)} at the latest
        </span>
      </div>
      <p class="scopes">
        {scope.map((one) => (
          <code key={one}>{one}</code>
        ))}
      </p>
      {ending !== null && (
        <p class="ending bad">
          {timeWords(ending.at)}: {causes[ending.cause]}
          {ending.request_id !== null && (
            <>
              , by <RequestLink id={ending.request_id} />
            </>
          )}
        </p>
      )}
      <TokenTrack login={login} />
      {hidden > 0 && <p class="aside">{countWords(hidden, 'older token', 'older tokens')} not shown</p>}
      <details>
        <summary>As a table</summary>
        <TokenTable login={login} />
      </details>
    </article>
  );
}

function TokenTable({ login: { number, tokens } }: { readonly login: Login }) {
  const store = useConsole();
  useSecond();
  const now = store.now();
  const left = (iso: string | null) => {
    if (iso === null || now === null) return timeWords(iso);
    const ms = Date.parse(iso) - now;
    return ms > 0 ? `${timeWords(iso)} (in ${spanWords(ms)})` : `${timeWords(iso)} (over)`;
  };
  return (
    <ScrollBox label={`Tokens of login ${number}`}>
      <table class="grid">
        <thead>
          <tr>
            {['No.', 'Refresh token', 'Access token', 'Issued', 'Access expires', 'Refresh expires', 'State'].map(
              (name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {tokens.map((token) => (
            <tr key={token.number}>
              <th scope="row">{token.number}</th>
              <td>
                <code>{token.refresh_token}</code>
              </td>
              <td>
                <code>{token.access_token ?? ''}</code>
              </td>
              <td>
                {timeWords(token.issued_at)} {token.issued_by !== null && <RequestLink id={token.issued_by} />}
              </td>
              <td>{left(token.access_expires_at)}</td>
              <td>{left(token.refresh_expires_at)}</td>
              <td>
                {token.state}
                {token.spent_by !== null && (
                  <>
                    {' '}
                    by <RequestLink id={token.spent_by} />
                  </>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}

/** Leads to a request in the list of requests. */
export function RequestLink({ id }: { readonly id: string }) {
  const store = useConsole();
  return (
    <button type="button" class="link" onClick={() => store.showRequest(id)}>
      {id.length > 16 ? `${id.slice(0, 12)}…` : id}
    </button>
  );
}
