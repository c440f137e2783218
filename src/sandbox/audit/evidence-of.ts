import type { AnySeen, ApiSeen, Evidence } from './evidence.ts';
import { groups } from './groups.ts';

/** Sorts the evidence by kind. Lookup tables are built on first use. */
export function evidenceOf(
  seen: readonly AnySeen[],
  { logins, eventIds }: Pick<Evidence, 'logins' | 'eventIds'>,
): Evidence {
  const ordered = [...seen].sort((a, b) => a.number - b.number);
  const of = <Kind extends AnySeen['kind']>(kind: Kind) =>
    ordered.filter((one): one is Extract<AnySeen, { kind: Kind }> => one.kind === kind);
  const [tokens, apis] = [of('token'), of('api')];
  let same: readonly (readonly ApiSeen[])[] | null = null;
  return {
    authorizes: of('authorize'),
    consents: of('consent'),
    tokens,
    apis,
    deliveries: of('delivery'),
    acts: of('act'),
    logins,
    eventIds,
    apisOf: lookup(apis, ({ login }) => login),
    apisWith: lookup(apis, ({ token }) => token),
    sameApis: () => (same ??= [...groups(apis, sameness).values()]),
    tokensOf: lookup(tokens, ({ login }) => login),
    refreshesWith: lookup(tokens, ({ grant, refresh }) => (grant === 'refresh' ? refresh : null)),
  };
}

function sameness({ token, target }: ApiSeen): string | null {
  return token === null ? null : `${token} ${target}`;
}

/** Looks up list entries by key, in the order of the list; nothing for null. */
function lookup<One>(things: readonly One[], keyOf: (one: One) => string | number | null) {
  let found: ReadonlyMap<string | number, readonly One[]> | null = null;
  return (key: string | number | null): readonly One[] => {
    if (key === null) return [];
    found ??= groups(things, keyOf);
    return found.get(key) ?? [];
  };
}
