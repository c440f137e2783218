import type { LoginKind } from '../../../login/login.ts';
import type { LoginSeen } from '../evidence.ts';

/** As many tokens and codes as are remembered; the oldest is forgotten first. */
const mostKnown = 20_000;

/** What the callback of a code has to send back. */
interface CodeSeen {
  readonly redirectUri: string;
}

/** Which login a token belongs to, known from the token responses. Tokens are hashes. */
export class Logins {
  readonly all = new Map<number, LoginSeen>();
  readonly #byAccess = new Map<string, number>();
  readonly #byRefresh = new Map<string, number>();
  readonly #codes = new Map<string, CodeSeen>();

  ofAccess(access: string): number | null {
    return this.#byAccess.get(access) ?? null;
  }

  ofRefresh(refresh: string): number | null {
    return this.#byRefresh.get(refresh) ?? null;
  }

  /** Notes the tokens of an answer: of a login that is known, or of a new one. Gives back its number. */
  add(known: number | null, { access, refresh, eventId, scope }: Tokens): number {
    const login = known ?? this.all.size + 1;
    const before = this.all.get(login);
    if (before === undefined) this.all.set(login, { eventId, kind: kindOf(scope), scope });
    remember(this.#byAccess, access, login);
    remember(this.#byRefresh, refresh, login);
    return login;
  }

  addCode(code: string, seen: CodeSeen): void {
    remember(this.#codes, code, seen);
  }

  code(code: string): CodeSeen | null {
    return this.#codes.get(code) ?? null;
  }
}

interface Tokens {
  readonly access: string;
  readonly refresh: string;
  readonly eventId: string;
  readonly scope: readonly string[];
}

function kindOf(scope: readonly string[]): LoginKind {
  return scope.some((name) => name === 'profile.read' || name === 'event.attendance') ? 'user' : 'installation';
}

function remember<Value>(known: Map<string, Value>, key: string, value: Value): void {
  known.set(key, value);
  if (known.size <= mostKnown) return;
  const [oldest] = known.keys();
  if (oldest !== undefined) known.delete(oldest);
}
