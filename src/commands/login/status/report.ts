import type { Login, UnreadableLogin } from '../../../login/login.ts';
import type { KeySource, StoredProfile } from '../../../ports/store.ts';
import type { Verdict } from './check.ts';

/** A stored login and what is known of it. */
export interface Row {
  readonly login: Login;
  readonly isDefault: boolean;
  /** What `--check` found out; null where it did not ask. */
  readonly verdict: Verdict | null;
}

/** All that `revento status` shows. */
export interface Report {
  readonly profile: string;
  readonly authBase: string;
  readonly apiBase: string;
  readonly store: { readonly path: string; readonly protection: KeySource };
  readonly rows: readonly Row[];
  readonly unreadable: readonly UnreadableLogin[];
  readonly environment: { readonly isDisplacing: boolean; readonly verdict: Verdict | null } | null;
  /** Those with a login, by the names of their files. */
  readonly otherProfiles: readonly StoredProfile[];
}
