import type { Deps, LoginKind } from '../deps.ts';

/**
 * A profile besides the selected one with a login of a kind (null for any), the first by name; null where there is
 * none, or where the store cannot be looked at. Reads names of files, opens nothing.
 */
export async function otherProfileWith(kind: LoginKind | null, deps: Deps): Promise<string | null> {
  try {
    const { profiles } = await deps.inspectStore();
    const found = profiles.find(
      ({ name, logins }) => name !== deps.profile && logins.some((login) => kind === null || login.kind === kind),
    );
    return found?.name ?? null;
  } catch {
    // This only words a hint; what is wrong with the store shows where it matters.
    return null;
  }
}
