import type { LoginKind } from '../../login/login.ts';

/** A permission, with its text on the consent page. */
export interface Scope {
  readonly name: string;
  readonly kind: LoginKind;
  readonly title: string;
  readonly meaning: string;
  /** Cannot be unticked: the other scopes are useless without it. */
  readonly isRequired: boolean;
}

/** Every scope. Source: guide, scopes. Assumed: which of them are optional. */
export const scopes: readonly Scope[] = [
  {
    name: 'event.read',
    kind: 'installation',
    title: 'See the event',
    meaning: 'Title, description, dates and publishing status of this event.',
    isRequired: true,
  },
  {
    name: 'participants.read',
    kind: 'installation',
    title: 'See participants and applications',
    meaning: 'Names, application status, review history and the answers people gave in the registration form.',
    isRequired: false,
  },
  {
    name: 'program.read',
    kind: 'installation',
    title: 'See the program',
    meaning: 'Threads, activities, locations and registration waves.',
    isRequired: false,
  },
  {
    name: 'profile.read',
    kind: 'user',
    title: 'See your profile',
    meaning: 'Your name, e-mail address and language.',
    isRequired: true,
  },
  {
    name: 'event.attendance',
    kind: 'user',
    title: 'See your application to this event',
    meaning: 'Whether you applied, its status, and what you answered in the registration form.',
    isRequired: false,
  },
];

/** The scopes that a `scope` parameter asks for, or why they cannot be granted. */
type ScopeRequest = { readonly kind: LoginKind; readonly scopes: readonly Scope[] } | { readonly problem: string };

/** Reads a `scope` parameter: space separated, each once, all of one kind. */
export function readScopes(text: string): ScopeRequest {
  const names = [...new Set(text.split(' ').filter((name) => name !== ''))];
  if (names.length === 0) return { problem: 'the scope is missing; name at least one' };
  const unknown = names.find((name) => !scopes.some((scope) => scope.name === name));
  if (unknown !== undefined) {
    return { problem: `unknown scope ${printable(unknown)}; known are ${scopes.map(({ name }) => name).join(', ')}` };
  }
  const found = scopes.filter(({ name }) => names.includes(name));
  const kinds = new Set(found.map(({ kind }) => kind));
  const [kind] = kinds;
  if (kind === undefined || kinds.size > 1) {
    return { problem: 'organizer scopes and participant scopes cannot be combined in one request' };
  }
  return { kind, scopes: found };
}

/** Why a client may not request these scopes; null when it may. Source: guide, registration. Assumed: the error. */
export function undeclaredScope(
  asked: readonly Scope[],
  { scopes: declared }: { readonly scopes: readonly string[] | null },
): string | null {
  const one = declared === null ? undefined : asked.find(({ name }) => !declared.includes(name));
  return one === undefined ? null : `the manifest does not declare ${one.name}`;
}

/** The scopes of a kind that a client may request. */
export function declaredScopes(
  kind: LoginKind,
  { scopes: declared }: { readonly scopes: readonly string[] | null },
): readonly string[] {
  const names = scopes.filter((scope) => scope.kind === kind).map(({ name }) => name);
  return declared === null ? names : names.filter((name) => declared.includes(name));
}

/** The text as `error_description` may contain it: RFC 6749 section 4.1.2.1 leaves out quotes, backslashes and non-ASCII. */
export function printable(text: string, most = 60): string {
  return text.replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '?').slice(0, most);
}
