import type { Serve } from '../../ports/exchange.ts';
import type { WebhookTarget } from '../deliveries/deliveries.ts';
import { createSandbox, type Sandbox, type SandboxOptions } from './app.ts';
import type { Credentials } from './env-file.ts';
import { type Hosted, host } from './host.ts';
import type { Registration } from './registration.ts';

/** How a sandbox is made, and where it serves. */
export interface Opening {
  readonly registration: Registration;
  readonly options: Omit<SandboxOptions, 'clients' | 'controlKey' | 'saved' | 'webhook'>;
  /** Where deliveries go; null sends none. */
  readonly webhook: Omit<WebhookTarget, 'secret'> | null;
  readonly serve: Serve;
  readonly hostName: string;
  /** 0 picks a free one. */
  readonly port: number;
}

/** A sandbox that serves, and what a client of it needs to know. */
export interface Opened {
  readonly sandbox: Sandbox;
  readonly hosted: Hosted;
  readonly credentials: Credentials;
}

/**
 * Opens a sandbox on a socket.
 *
 * @throws ReventoError `port_busy`, `bind_failed`
 */
export async function open({ registration, options, webhook, serve, hostName, port }: Opening): Promise<Opened> {
  const { clients, clientId, clientSecret, webhookSecret, controlKey, redirectUri, saved } = registration;
  const sandbox = createSandbox({
    ...options,
    clients,
    controlKey,
    ...(saved !== undefined && { saved }),
    ...(webhook !== null && { webhook: { ...webhook, secret: webhookSecret } }),
  });
  const hosted = await host(sandbox, serve, hostName, port);
  const { authBase, apiBase } = hosted;
  const eventId = sandbox.eventId;
  return {
    sandbox,
    hosted,
    credentials: { authBase, apiBase, clientId, clientSecret, webhookSecret, redirectUri, eventId },
  };
}
