import type { Deps } from '../../../command-kit/deps.ts';
import { stringify } from '../../../json/stringify.ts';
import type { Exchange } from '../../../ports/exchange.ts';
import type { Audit } from '../../../sandbox/audit/recorder.ts';
import { controlKeyOf } from '../../../sandbox/control/key.ts';
import { createWebhookSecret } from '../../../sandbox/deliveries/signing.ts';
import { integrationRedirectUri, manifestOf, registerClients } from '../../../sandbox/oauth/clients.ts';
import type { Keep } from '../../../sandbox/saved/ledger.ts';
import type { Snapshot } from '../../../sandbox/saved/snapshot.ts';
import type { Manifest } from '../../../sandbox/seed/manifest.ts';
import { createSandbox, type SandboxEntry, type SandboxOptions } from '../../../sandbox/server/app.ts';
import type { Credentials } from '../../../sandbox/server/env-file.ts';
import { type Hosted, host } from '../../../sandbox/server/host.ts';
import { testEventId } from '../../../sandbox/world/world.ts';

/** What a sandbox is made from: the flags of its command, checked. */
export interface SandboxPlan {
  readonly options: Omit<SandboxOptions, 'clock'>;
  readonly webhookUrl: string | null;
  readonly retryScale: number;
  readonly redirectUris: readonly string[];
  /** What the world is made from, as far as the user named it. */
  readonly given: { readonly participants?: number; readonly seed?: number };
  /** What the integration declares; left out, everything. */
  readonly manifest?: Manifest | undefined;
}

/** The credentials of an earlier sandbox, so that its env files stay valid; null without them. */
export interface StoredCredentials {
  readonly clientId: string | null;
  readonly clientSecret: string | null;
  readonly webhookSecret: string | null;
}

/** Where a sandbox serves, and the credentials it is registered with. */
export interface Opening {
  readonly hostName: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** What an earlier one was registered with; null makes new credentials. */
  readonly stored: StoredCredentials | null;
  /** Registered besides the default ones; an integration is given the last one. */
  readonly redirectUris: readonly string[];
  /** Where deliveries go without `--webhook-url`; without either none are sent. */
  readonly listener?: () => string;
  readonly onEvent?: (entry: SandboxEntry) => void;
  /** The saved sandbox to continue from, with its clients and secrets. */
  readonly saved?: Snapshot;
  /** Where it is kept, and whether it replaces what is kept there. */
  readonly keeping?: { readonly keep: Keep; readonly isNew: boolean; prepare(): void };
}

/**
 * Opens a sandbox on a socket, configured by the flags.
 *
 * @throws ReventoError `port_busy`, `bind_failed`
 */
export async function openSandbox(
  deps: Pick<Deps, 'clock' | 'forwarder' | 'redactor' | 'serve'>,
  { options, webhookUrl, retryScale, manifest }: SandboxPlan,
  { hostName, port, stored, redirectUris, listener, onEvent, saved, keeping }: Opening,
): Promise<{
  readonly hosted: Hosted;
  readonly credentials: Credentials;
  readonly controlKey: string;
  readonly audit: () => Audit;
}> {
  const [first] = saved?.clients ?? [];
  const registered = registerClients({
    clientId: first?.id ?? stored?.clientId ?? undefined,
    clientSecret: first?.secret ?? stored?.clientSecret ?? undefined,
    redirectUris: [...(first?.redirectUris ?? []), ...redirectUris],
    manifest: manifest ?? (first === undefined ? undefined : manifestOf(first)),
    others: options.document?.clients ?? [],
  });
  const clients = [...registered, ...(saved?.clients.slice(registered.length) ?? [])];
  for (const { secret } of clients) if (secret !== null) deps.redactor.add(secret);
  const [{ id: clientId, secret }] = registered;
  const clientSecret = deps.redactor.add(secret ?? '').reveal();
  const webhookSecret = saved?.deliveries?.signing.current ?? stored?.webhookSecret ?? createWebhookSecret();
  deps.redactor.add(webhookSecret);
  const controlKey = deps.redactor.add(controlKeyOf(clientId, clientSecret)).reveal();
  const target = webhookUrl ?? listener ?? null;
  const sandbox = createSandbox({
    ...options,
    clock: deps.clock,
    ...(saved !== undefined && { saved: { ...saved, clients } }),
    clients,
    controlKey,
    ...(keeping !== undefined && { keep: keeping.keep }),
    ...(onEvent === undefined ? {} : { onEvent }),
    ...(target === null
      ? {}
      : { webhook: { url: target, secret: webhookSecret, send: await sender(deps), retryScale } }),
  });
  const hosted = await host(sandbox, await deps.serve(), hostName, port);
  try {
    // Not before it serves: a start that fails must leave what is kept as it is.
    keeping?.prepare();
  } catch (error) {
    await hosted.close();
    throw error;
  }
  sandbox.beginKeeping(
    keeping?.isNew || stringify(saved?.clients ?? []) !== stringify(clients.map((one) => ({ ...one }))),
  );
  const { authBase, apiBase } = hosted;
  const redirectUri = redirectUris.at(-1) ?? integrationRedirectUri;
  return {
    hosted,
    controlKey,
    audit: sandbox.audit,
    credentials: { authBase, apiBase, clientId, clientSecret, webhookSecret, redirectUri, eventId: testEventId },
  };
}

/** Each delivery has a connection of its own, so there is nothing to close. */
async function sender(deps: Pick<Deps, 'forwarder'>): Promise<Exchange> {
  return (await deps.forwarder({ isRemoteAllowed: true, isEachAlone: true })).exchange;
}
