import type { ApiSeen, AuthorizeSeen, Evidence, TokenSeen } from '../evidence.ts';
import { groups } from '../groups.ts';
import { type Breach, each, type Rule } from '../rule.ts';

/** Fewer bits than this can be guessed: a counter, a time, a short word. Generous: RFC 6749 asks for 128. */
const fewestBits = 48;

/** What an integration asks an organizer or participant for. */
export const consentRules: readonly Rule[] = [
  {
    id: 'pkce-s256',
    title: 'sends a PKCE challenge with the method S256',
    level: 'must',
    why: 'without it, an attacker who sees the redirect can redeem the code',
    source: 'guide, PKCE; RFC 7636 section 4.2',
    fix: 'send code_challenge and code_challenge_method=S256 with the authorization request',
    needs: 'an authorization request',
    judge: (evidence) =>
      each(understood(evidence), ({ method, challenge }) => {
        if (challenge === null) return 'the authorization request has no code_challenge';
        return method === 'S256' ? null : `code_challenge_method is ${method === null ? 'missing' : 'not S256'}`;
      }),
  },
  {
    id: 'pkce-fresh',
    title: 'makes a new PKCE verifier for each attempt',
    level: 'must',
    why: 'an attacker who learned one verifier can redeem every later code',
    source: 'guide, PKCE; RFC 7636 section 4.1',
    fix: 'create 32 random bytes for each authorization request and keep them with its state',
    needs: 'two authorization requests',
    judge: (evidence) => {
      const asked = understood(evidence);
      const byChallenge = groups(asked, ({ challenge }) => challenge?.hash ?? null);
      const breaches = [...byChallenge.values()].flatMap((same) => {
        const other = same.find(({ state }) => state !== null && state.hash !== same[0]?.state?.hash);
        return other === undefined
          ? []
          : [breach('two attempts with different states have the same code_challenge', same[0], other)];
      });
      const states = statesOfCodes(evidence);
      const byVerifier = groups(redeemed(evidence), ({ verifier }) => verifier?.hash ?? null);
      // Two codes with one state are one attempt, whose consent page was answered twice.
      const reused = [...byVerifier.values()].filter((same) => {
        return new Set(same.map(({ code }) => states.get(code ?? '') ?? code)).size > 1;
      });
      return {
        breaches: [
          ...breaches,
          ...reused.map((same) => breach('two codes were redeemed with the same code_verifier', ...same)),
        ],
        isSeen: byChallenge.size > 1,
      };
    },
  },
  {
    id: 'verifier-random',
    title: 'uses a random PKCE verifier',
    level: 'must',
    why: 'a guessable verifier gives no protection',
    source: 'RFC 7636 section 7.1',
    fix: 'create the verifier from 32 random bytes, as base64url without padding',
    needs: 'a code exchange',
    judge: (evidence) =>
      each(redeemed(evidence), ({ verifier }) =>
        verifier !== null && verifier.bits < fewestBits
          ? 'the code_verifier has too few different characters to be random'
          : null,
      ),
  },
  {
    id: 'state-sent',
    title: 'sends a state with the authorization request',
    level: 'must',
    why: 'without it, an attacker can connect their own account in another user’s browser',
    source: 'guide, authorization request; RFC 6749 section 10.12',
    fix: 'create a random state for each attempt, keep it in the session, and send it',
    needs: 'an authorization request',
    judge: (evidence) =>
      each(understood(evidence), ({ state }) => (state === null ? 'the authorization request has no state' : null)),
  },
  {
    id: 'state-fresh',
    title: 'makes a new state for each attempt',
    level: 'must',
    why: 'an attacker who has seen one state can forge the redirect of every later attempt',
    source: 'guide, authorization request; RFC 6749 section 10.12',
    fix: 'create a random state for each authorization request, and delete it when it comes back',
    needs: 'two authorization requests',
    judge: (evidence) => {
      const byState = groups(understood(evidence), ({ state }) => state?.hash ?? null);
      const breaches = [...byState.values()].flatMap((same) => {
        const other = same.find(({ challenge }) => challenge?.hash !== same[0]?.challenge?.hash);
        return other === undefined
          ? []
          : [breach('two attempts with different challenges have the same state', same[0], other)];
      });
      return { breaches, isSeen: byState.size > 1 };
    },
  },
  {
    id: 'state-random',
    title: 'uses an unguessable state',
    level: 'must',
    why: 'an attacker who guesses it can connect their own account in another user’s browser',
    source: 'guide, authorization request; RFC 6749 section 10.10',
    fix: 'create the state from at least 16 random bytes',
    needs: 'two authorization requests with different states',
    judge: (evidence) => {
      const different = groups(understood(evidence), ({ state }) => state?.hash ?? null);
      const firsts = [...different.values()].flatMap(([first]) => (first === undefined ? [] : [first]));
      const isWeak = firsts.length > 1 && firsts.every(({ state }) => (state?.bits ?? 0) < fewestBits);
      return {
        breaches: isWeak ? [breach('every state is short enough to be guessed', ...firsts)] : [],
        isSeen: firsts.length > 1,
      };
    },
  },
  {
    id: 'redirect-exact',
    title: 'sends a registered redirect URI, byte for byte',
    level: 'must',
    why: 'a different slash, port or host makes a different URI, and the login ends on an error page',
    source: 'guide, authorization request; RFC 6749 section 3.1.2.3',
    fix: 'keep the redirect URI in one setting, and send it unchanged in both requests',
    needs: 'a login',
    judge: (evidence) => {
      const asked = evidence.authorizes.filter(({ redirect }) => redirect !== 'other');
      const near = each(asked, ({ redirect }) =>
        redirect === 'near' ? 'the redirect_uri differs in a detail from a registered one' : null,
      );
      const exchanges = evidence.tokens.filter(({ redirect }) => redirect !== null);
      const swapped = each(exchanges, ({ redirect }) =>
        redirect === 'other'
          ? 'the redirect_uri of the code exchange differs from that of the authorization request'
          : null,
      );
      return { breaches: [...near.breaches, ...swapped.breaches], isSeen: near.isSeen };
    },
  },
  {
    id: 'scopes-declared',
    title: 'requests known scopes of one kind only',
    level: 'must',
    why: 'a request that mixes organizer and participant scopes, or has an unknown one, is rejected',
    source: 'guide, scopes',
    fix: 'request organizer scopes or participant scopes, spelled as in the guide',
    needs: 'an authorization request',
    judge: (evidence) =>
      each(understood(evidence), ({ error, fault }) =>
        error === 'invalid_scope' && fault === null ? 'the scope was rejected' : null,
      ),
  },
  {
    id: 'scopes-used',
    title: 'requests only the scopes that it uses',
    level: 'note',
    why: 'organizers hesitate to allow scopes without an obvious use',
    source: 'our reading of the guide, scopes',
    fix: 'leave the scope out of the authorization request until you need it',
    needs: 'a login that made twenty API requests',
    judge: ({ apis, logins, acts }) => {
      const scopesOf = ({ login }: ApiSeen) => (login === null ? [] : (logins.get(login)?.scope ?? []));
      // No login lasts for many requests where acts end it: there those with the same scopes are taken together.
      const keyOf = (call: ApiSeen) => (acts.length > 0 ? scopesOf(call).join(' ') : call.login);
      const done = apis.filter(({ status, login }) => status < 300 && login !== null);
      const busy = [...groups(done, keyOf).values()].filter((calls) => calls.length >= 20);
      const breaches = busy.flatMap((calls) => {
        const used = new Set(calls.map(({ path }) => scopeOf(path)));
        const scope = calls[0] === undefined ? [] : scopesOf(calls[0]);
        const idle = scope.filter((name) => optionalScopes.includes(name) && !used.has(name));
        return idle.length === 0 ? [] : [breach(`granted but unused: ${idle.join(', ')}`, calls[0])];
      });
      return { breaches, isSeen: busy.length > 0 };
    },
  },
];

const optionalScopes = ['participants.read', 'program.read', 'event.attendance'];

/** The optional scope that a path of the read API needs. */
function scopeOf(path: string): string {
  if (path.startsWith('/me/')) return 'event.attendance';
  return path.endsWith('/participants') ? 'participants.read' : 'program.read';
}

/** Requests that reached the consent page or were refused for what they ask: of a known client and redirect URI. */
function understood({ authorizes }: Evidence): readonly AuthorizeSeen[] {
  return authorizes.filter(({ redirect }) => redirect === 'registered');
}

function redeemed({ tokens }: Evidence): readonly TokenSeen[] {
  return tokens.filter(({ grant, issued }) => grant === 'code' && issued !== null);
}

/** The state that each code came back with. */
function statesOfCodes({ authorizes, consents }: Evidence): ReadonlyMap<string, string> {
  const states = new Map<string, string>();
  for (const { code, state } of authorizes) if (code !== null && state !== null) states.set(code, state.hash);
  for (const { code, state } of consents) if (code !== null && state !== null) states.set(code, state);
  return states;
}

function breach(what: string, ...shown: readonly (Breach['shown'][number] | undefined)[]): Breach {
  return { what, shown: shown.filter((one) => one !== undefined) };
}
