import type { LoginKind } from '../../login/login.ts';

/** A permission, with what the consent page says about it. */
export interface Scope {
  readonly name: string;
  readonly kind: LoginKind;
  readonly title: string;
  readonly meaning: string;
  /** Cannot be unticked: nothing else makes sense without it. */
  readonly isRequired: boolean;
}

/** Every scope there is. Source: guide, scopes. Assumed: which of them may be unticked. */
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

/** What a `scope` parameter asks for, or why it cannot be granted. */
export type ScopeRequest =
  | { readonly kind: LoginKind; readonly scopes: readonly Scope[] }
  | { readonly problem: string };

/** Reads a `scope` parameter: space separated, each once, all of one kind. Never throws. */
export function readScopes(text: string): ScopeRequest {
  const names = [...new Set(text.split(' ').filter((name) => name !== ''))];
  if (names.length === 0) return { problem: 'scope is missing; name at least one' };
  const unknown = names.find((name) => !scopes.some((scope) => scope.name === name));
  if (unknown !== undefined) {
    return { problem: `unknown scope ${printable(unknown)}; known are ${scopes.map(({ name }) => name).join(', ')}` };
  }
  const found = scopes.filter(({ name }) => names.includes(name));
  const kinds = new Set(found.map(({ kind }) => kind));
  const [kind] = kinds;
  if (kind === undefined || kinds.size > 1) {
    return { problem: 'an organizer scope and a participant scope cannot be asked for together' };
  }
  return { kind, scopes: found };
}

/** What may stand in `error_description`: RFC 6749 section 4.1.2.1 leaves out quotes, backslashes and non-ASCII. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '?').slice(0, 60);
}
