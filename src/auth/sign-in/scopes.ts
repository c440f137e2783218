import { ReventoError } from '../../errors/revento-error.ts';
import type { LoginKind } from '../../login/login.ts';

/**
 * The scopes of each kind of login, and what is asked for when nobody names any: the read API needs all of them.
 * The two kinds never go into one request.
 */
const scopesOf: Readonly<Record<LoginKind, readonly string[]>> = {
  installation: ['event.read', 'participants.read', 'program.read'],
  user: ['profile.read', 'event.attendance'],
};

/**
 * The scopes to ask for. Unknown ones are passed on: the server may know more than this program does.
 *
 * @param text space separated, or null for the usual ones
 * @param from where the text stands, for the message: `--scope`, `REVENTO_SCOPE`
 * @throws ReventoError `usage` for an empty or malformed list, and for a scope of the other kind
 */
export function scopesToAsk(kind: LoginKind, text: string | null, from: string): readonly string[] {
  if (text === null) return scopesOf[kind];
  const scopes = [...new Set(text.split(/[\s,]+/).filter((scope) => scope !== ''))];
  if (scopes.length === 0 || !scopes.every((scope) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope))) {
    throw new ReventoError('usage', `${from} must name scopes, separated by spaces, not ${JSON.stringify(text)}.`);
  }
  const other: LoginKind = kind === 'user' ? 'installation' : 'user';
  const foreign = scopes.find((scope) => scopesOf[other].includes(scope));
  if (foreign === undefined) return scopes;
  const [theirs, ours] =
    kind === 'user' ? ["an organizer's", "a participant's"] : ["a participant's", "an organizer's"];
  const remedy = kind === 'user' ? 'leave --user out' : 'pass --user';
  throw new ReventoError('usage', `${foreign} in ${from} is ${theirs} scope, and this asks for ${ours} login.`, {
    hint: `${remedy}, or ask for --scope "${scopesOf[kind].join(' ')}"`,
  });
}
