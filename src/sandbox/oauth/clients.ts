import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Manifest } from '../seed/manifest.ts';
import type { PinnedClient } from '../seed/seed-document.ts';

/** An integration that is registered at the sandbox. */
export interface Client {
  readonly id: string;
  /** Null: a public client, which proves itself by PKCE alone. */
  readonly secret: string | null;
  /** Its name on the consent page. */
  readonly name: string;
  /** Compared byte for byte. */
  readonly redirectUris: readonly string[];
  /** The scopes its manifest declares; null for all. */
  readonly scopes: readonly string[] | null;
  /** The event types its manifest declares; null for all. */
  readonly eventTypes: readonly string[] | null;
}

/** The redirect URI of an integration; the guide's example. */
export const integrationRedirectUri = 'http://localhost:3000/callback';

/** The redirect URI of this tool's own logins at the sandbox; port 3000 belongs to the integration under test. */
export const toolRedirectUri = 'http://localhost:4404/callback';

/** The redirect URIs every sandbox client has. `login` proposes the next port when its own is in use. */
const defaultRedirectUris: readonly string[] = [
  integrationRedirectUri,
  'http://127.0.0.1:3000/callback',
  toolRedirectUri,
  'http://localhost:4405/callback',
];

const defaultName = 'Sample Integration';

/** Credentials that outlive one sandbox; missing ones are created. */
interface Registration {
  readonly clientId?: string | undefined;
  readonly clientSecret?: string | undefined;
  /** A text for a new client secret to contain. */
  readonly marker?: string | undefined;
  /** Besides the default ones. */
  readonly redirectUris?: readonly string[];
  /** Narrows both clients of the integration. */
  readonly manifest?: Manifest | undefined;
  /** Clients of a seed file. */
  readonly others?: readonly PinnedClient[];
}

/**
 * A confidential client, and a public one named after it: an integration may be registered as either. Those of a seed
 * file follow.
 */
export function registerClients(registration: Registration = {}): readonly [Client, Client, ...Client[]] {
  const { manifest = {}, others = [], marker = '' } = registration;
  const id = registration.clientId ?? `client_${randomBytes(8).toString('hex')}`;
  const secret = registration.clientSecret ?? marker + randomBytes(32).toString('base64url');
  const declared = { scopes: manifest.scopes ?? null, eventTypes: manifest.declared_webhook_event_types ?? null };
  const redirectUris = [
    ...new Set([...defaultRedirectUris, ...(manifest.redirect_uris ?? []), ...(registration.redirectUris ?? [])]),
  ];
  return [
    { id, secret, name: manifest.name ?? defaultName, redirectUris, ...declared },
    { id: `${id}_public`, secret: null, name: manifest.name ?? 'Sample Public App', redirectUris, ...declared },
    ...others.map((one) => ({
      id: one.id,
      secret: one.secret ?? null,
      name: one.name ?? one.id,
      redirectUris: [...new Set([...defaultRedirectUris, ...(one.redirect_uris ?? [])])],
      scopes: null,
      eventTypes: null,
    })),
  ];
}

/** What a client declares, in the form of a manifest. */
export function manifestOf({ name, scopes, eventTypes }: Client): Manifest {
  return {
    ...(name !== defaultName && { name }),
    ...(scopes !== null && { scopes: [...scopes] }),
    ...(eventTypes !== null && { declared_webhook_event_types: [...eventTypes] }),
  };
}

/** The client, or why authentication failed. Source: guide, token endpoint. Assumed: public clients. */
export function authenticate(
  clients: readonly Client[],
  clientId: string | null,
  clientSecret: string | null,
): { readonly client: Client } | { readonly problem: string } {
  if (clientId === null) return { problem: 'client_id is missing; send it in the form body' };
  const client = clients.find(({ id }) => id === clientId);
  if (client === undefined) return { problem: 'unknown client_id' };
  if (client.secret === null) {
    return clientSecret ? { problem: 'this is a public client and has no client_secret' } : { client };
  }
  if (!clientSecret) return { problem: 'client_secret is missing; send it in the form body' };
  return isSame(client.secret, clientSecret) ? { client } : { problem: 'client_secret is wrong' };
}

/** Compares secrets in constant time. */
export function isSame(expected: string, given: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(expected), digest(given));
}
