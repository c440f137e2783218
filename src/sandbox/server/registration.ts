import { hasMarker, markerOf } from '../../privacy/marker.ts';
import { controlKeyOf } from '../control/key.ts';
import { createWebhookSecret } from '../deliveries/signing.ts';
import { type Client, integrationRedirectUri, manifestOf, registerClients } from '../oauth/clients.ts';
import type { Snapshot } from '../saved/snapshot.ts';
import type { Manifest } from '../seed/manifest.ts';
import type { SeedDocument } from '../seed/seed-document.ts';

/** Where the credentials of a sandbox come from; missing ones are generated. */
interface Origin {
  /** The sandbox to continue from, which comes first. */
  readonly saved?: Snapshot | undefined;
  /** The registration of an earlier sandbox; null values are generated. */
  readonly stored?:
    | {
        readonly clientId: string | null;
        readonly clientSecret: string | null;
        readonly webhookSecret: string | null;
      }
    | undefined;
  /** Registered besides the default ones; an integration is given the last one. */
  readonly redirectUris: readonly string[];
  readonly manifest?: Manifest | undefined;
  readonly document?: SeedDocument | undefined;
  /** The seed that its secrets name in their markers; those without one are replaced. Null without markers. */
  readonly canarySeed?: number | null;
}

/** The integrations of a sandbox, and the credentials of the first. */
export interface Registration {
  readonly clients: readonly Client[];
  readonly clientId: string;
  readonly clientSecret: string;
  readonly webhookSecret: string;
  readonly controlKey: string;
  readonly redirectUri: string;
  /** The saved sandbox with these clients. */
  readonly saved: Snapshot | undefined;
}

/** Registers the integrations of a sandbox that is about to start. */
export function register({ saved, stored, redirectUris, manifest, document, canarySeed = null }: Origin): Registration {
  const [first] = saved?.clients ?? [];
  const marker = (kind: 'client_secret' | 'webhook_secret') =>
    canarySeed === null ? '' : markerOf({ kind, slot: 0, seed: canarySeed, index: 0 });
  const isUsable = (secret: string | null | undefined) =>
    typeof secret === 'string' && (canarySeed === null || hasMarker(secret)) ? secret : undefined;
  const registered = registerClients({
    clientId: first?.id ?? stored?.clientId ?? undefined,
    clientSecret: isUsable(first?.secret ?? stored?.clientSecret),
    marker: marker('client_secret'),
    redirectUris: [...(first?.redirectUris ?? []), ...redirectUris],
    manifest: manifest ?? (first === undefined ? undefined : manifestOf(first)),
    others: document?.clients ?? [],
  });
  const clients = [...registered, ...(saved?.clients.slice(registered.length) ?? [])];
  const [{ id: clientId, secret }] = registered;
  const clientSecret = secret ?? '';
  return {
    clients,
    clientId,
    clientSecret,
    webhookSecret:
      isUsable(saved?.deliveries?.signing.current ?? stored?.webhookSecret) ??
      createWebhookSecret(marker('webhook_secret')),
    controlKey: controlKeyOf(clientId, clientSecret),
    redirectUri: redirectUris.at(-1) ?? integrationRedirectUri,
    saved: saved && { ...saved, clients: clients.map((one) => ({ ...one })) },
  };
}

/** Its secrets. */
export function secretsOf({ clients, webhookSecret, controlKey }: Registration): readonly string[] {
  return [...clients.flatMap(({ secret }) => (secret === null ? [] : [secret])), webhookSecret, controlKey];
}
