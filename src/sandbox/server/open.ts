import type { Serve } from '../../ports/exchange.ts';
import type { Control } from '../control/control.ts';
import type { WebhookTarget } from '../deliveries/deliveries.ts';
import { createSandbox, type Sandbox, type SandboxOptions } from './app.ts';
import type { Credentials } from './env-file.ts';
import { addressOf, type Beside, type Hosted, host } from './host.ts';
import type { Registration } from './registration.ts';

/** The options of a sandbox and its address. */
interface Opening {
  readonly registration: Registration;
  readonly options: Omit<SandboxOptions, 'clients' | 'controlKey' | 'saved' | 'webhook'>;
  /** Where deliveries go; null sends none. */
  readonly webhook: Omit<WebhookTarget, 'secret'> | null;
  readonly serve: Serve;
  readonly hostName: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Other pages to serve, made from its control API and its base URL. */
  readonly beside?: (control: Control, authBase: () => string) => Beside;
}

/** A running sandbox and the settings of its clients. */
interface Opened {
  readonly sandbox: Sandbox;
  readonly hosted: Hosted;
  readonly credentials: Credentials;
}

/**
 * Opens a sandbox on a socket.
 *
 * @throws ReventoError `port_busy`, `bind_failed`
 */
export async function open(opening: Opening): Promise<Opened> {
  const { registration, options, webhook, serve, hostName, port, beside } = opening;
  const { clients, clientId, clientSecret, webhookSecret, controlKey, redirectUri, saved } = registration;
  const sandbox = createSandbox({
    ...options,
    clients,
    controlKey,
    ...(saved !== undefined && { saved }),
    ...(webhook !== null && { webhook: { ...webhook, secret: webhookSecret } }),
  });
  let bound = addressOf(hostName, port).authBase;
  const extra = beside === undefined || sandbox.control === null ? null : beside(sandbox.control, () => bound);
  const hosted = await host(sandbox, serve, hostName, port, extra);
  bound = hosted.authBase;
  const { authBase, apiBase } = hosted;
  const eventId = sandbox.eventId;
  return {
    sandbox,
    hosted,
    credentials: { authBase, apiBase, clientId, clientSecret, webhookSecret, redirectUri, eventId },
  };
}
