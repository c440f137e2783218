import { useRoving } from '../../../pages/client/roving.ts';
import { countWords } from '../../../pages/client/words.ts';
import type { PageResult } from '../../model/wire.ts';
import { logInWith } from '../acts.ts';
import { useConsole, useData } from '../context.ts';
import { timeWords } from '../words.ts';
import { Scopes } from './consents.tsx';
import { RequestLink } from './row-link.tsx';
import { TokenTrack } from './token-track.tsx';

export type Login = PageResult<'logins'>['logins'][number];
export type Token = Login['tokens'][number];

/** Every login with the history of its tokens. */
export function TokensPanel() {
  const store = useConsole();
  const data = useData('logins', { limit: 50 }, ['request', 'happening']);
  const logins = data?.logins ?? [];
  const roving = useRoving(logins.map(({ number }) => String(number)));
  const hidden = (data?.total ?? 0) - logins.length;
  return (
    <div>
      <div class="panel-bar">
        <h2>Tokens</h2>
        <p class="aside">
          {data === null ? '' : countWords(data.total, 'login', 'logins')} · tokens are shown by fingerprint: the first
          8 hex digits of their SHA-256
        </p>
      </div>
      {data?.total === 0 && (
        <p class="none">
          No login yet. Log in: <code>{logInWith(store)}</code>
        </p>
      )}
      <ul class="logins" {...roving.list}>
        {logins.map((login) => (
          <li key={login.number} class="login" data-item="">
            <LoginHead login={login} stop={roving.row(String(login.number))} />
            <TokenTrack login={login} />
          </li>
        ))}
      </ul>
      {hidden > 0 && <p class="aside">{countWords(hidden, 'older login', 'older logins')} not shown</p>}
    </div>
  );
}

const tones = { active: 'good', expired: 'calm', revoked: 'bad' } as const;
const causes = {
  reuse: 'a used refresh token was sent again, so the whole login ended',
  code_reuse: 'the authorization code was sent again, so the whole login ended',
  revoked: 'the consent was revoked',
} as const;

function LoginHead({ login, stop }: { readonly login: Login; readonly stop: object }) {
  const { number, kind, user_name: name, user_id: id, event_id: event, state, scope, ending } = login;
  return (
    <>
      <div class="panel-bar">
        <h3 {...stop}>
          Login {number}: {kind === 'installation' ? 'organizer' : (name ?? id)}
        </h3>
        <span class={`badge ${tones[state]}`}>{state}</span>
        <span class="aside">
          {event} · since {timeWords(login.started_at)} · ends {timeWords(login.ends_at)} at the latest
        </span>
      </div>
      <Scopes scope={scope} />
      {ending !== null && (
        <p class="ending bad" data-bad="">
          {timeWords(ending.at)}: {causes[ending.cause]}
          {ending.request_id !== null && (
            <>
              , by request <RequestLink id={ending.request_id} />
            </>
          )}
        </p>
      )}
    </>
  );
}
