import type { Login, UnreadableLogin } from '../../../login/login.ts';
import type { KeySource, StoredProfile } from '../../../ports/store.ts';
import type { Verdict } from './check.ts';

/** A stored login and its state. */
export interface Row {
  readonly login: Login;
  readonly isDefault: boolean;
  /** The result of `--check`; null without it. */
  readonly verdict: Verdict | null;
}

/** Everything that `revento status` shows. */
export interface Report {
  readonly profile: string;
  readonly authBase: string;
  readonly apiBase: string;
  readonly store: { readonly path: string; readonly protection: KeySource };
  readonly rows: readonly Row[];
  readonly unreadable: readonly UnreadableLogin[];
  readonly environment: { readonly isDisplacing: boolean; readonly verdict: Verdict | null } | null;
  /** The profiles with a login, from file names. */
  readonly otherProfiles: readonly StoredProfile[];
}
