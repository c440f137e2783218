import type { Deps } from '../../../command-kit/deps.ts';
import { stringify } from '../../../json/stringify.ts';
import type { Exchange } from '../../../ports/exchange.ts';
import type { Control } from '../../../sandbox/control/control.ts';
import type { Keep } from '../../../sandbox/saved/ledger.ts';
import type { Snapshot } from '../../../sandbox/saved/snapshot.ts';
import type { Manifest } from '../../../sandbox/seed/manifest.ts';
import type { Sandbox, SandboxEntry, SandboxOptions } from '../../../sandbox/server/app.ts';
import type { Credentials } from '../../../sandbox/server/env-file.ts';
import type { Beside, Hosted } from '../../../sandbox/server/host.ts';
import { open } from '../../../sandbox/server/open.ts';
import { register, secretsOf } from '../../../sandbox/server/registration.ts';

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
  /** Called for every request before it is answered. */
  readonly onArrival?: (path: string) => void;
  readonly onEvent?: (entry: SandboxEntry) => void;
  /** The saved sandbox to continue from, with its clients and secrets. */
  readonly saved?: Snapshot;
  /** Other pages to serve, made from its control API and its base URL. */
  readonly beside?: (control: Control, authBase: () => string) => Beside;
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
  { hostName, port, stored, redirectUris, listener, onArrival, onEvent, saved, keeping, beside }: Opening,
): Promise<{
  readonly hosted: Hosted;
  readonly credentials: Credentials;
  readonly controlKey: string;
  readonly sandbox: Sandbox;
}> {
  const { document } = options;
  const hasCanaries = saved?.canaries ?? options.hasCanaries ?? false;
  const canarySeed = hasCanaries ? (saved?.seed ?? options.seed ?? document?.seed ?? 1) : null;
  const registration = register({ saved, stored: stored ?? undefined, redirectUris, manifest, document, canarySeed });
  for (const secret of secretsOf(registration)) deps.redactor.add(secret);
  const target = webhookUrl ?? listener ?? null;
  const { sandbox, hosted, credentials } = await open({
    registration,
    options: {
      ...options,
      clock: deps.clock,
      ...(keeping !== undefined && { keep: keeping.keep }),
      ...(onArrival === undefined ? {} : { onArrival }),
      ...(onEvent === undefined ? {} : { onEvent }),
    },
    webhook: target === null ? null : { url: target, send: sender(deps), retryScale },
    serve: await deps.serve(),
    hostName,
    port,
    ...(beside !== undefined && { beside }),
  });
  try {
    // Only once it serves: a failed start must not change what is kept.
    keeping?.prepare();
  } catch (error) {
    await hosted.close();
    throw error;
  }
  sandbox.beginKeeping(
    keeping?.isNew || stringify(saved?.clients ?? []) !== stringify(registration.clients.map((one) => ({ ...one }))),
  );
  return { hosted, credentials, controlKey: registration.controlKey, sandbox };
}

/**
 * Each delivery has a connection of its own, so there is nothing to close. The client is loaded with the first one,
 * because a start need not wait for it.
 */
function sender(deps: Pick<Deps, 'forwarder'>): Exchange {
  let forwarder: ReturnType<Deps['forwarder']> | null = null;
  return async (request) => {
    forwarder ??= deps.forwarder({ isRemoteAllowed: true, isEachAlone: true });
    return (await forwarder).exchange(request);
  };
}
