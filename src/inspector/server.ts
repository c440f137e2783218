import { ReventoError } from '../errors/revento-error.ts';
import { foreignRefusal } from '../pages/local/guard.ts';
import { PageKey } from '../pages/local/key.ts';
import type { Listening, Serve } from '../ports/exchange.ts';
import type { Hub } from '../webhook/listener/hub.ts';
import type { Inspected } from './inspected.ts';
import type { InspectorParts } from './parts.ts';
import { createRoutes } from './routes.ts';

/** The default port of the page, and how many following ports are tried if it is taken. */
const defaultPagePort = 4480;
const portTries = 20;

/** A changed body is base64, which is a third longer, plus the JSON around it. */
const maxRequestBytes = 2 * 1024 * 1024;

interface InspectorOptions extends Omit<InspectorParts, 'key'> {
  readonly serve: Serve;
  /** Null for the default port, or the next free one. */
  readonly port: number | null;
}

/** A running page. */
export interface Inspector {
  /** With the key, which gives access to every delivery. */
  readonly address: string;
  readonly port: number;
  /** For the browser's command line, which other users can see: valid once, for a minute. */
  ticketAddress(): string;
  /** Ends the streams of open pages, then the server. Idempotent. */
  close(): Promise<void>;
}

/** The limits of what is kept: few unverified deliveries, so that they cannot displace the others. */
export const inspectorBounds = {
  verified: { rows: 10_000, bytes: 96 * 1024 * 1024 },
  stranger: { rows: 1_000, bytes: 16 * 1024 * 1024 },
} as const;

/**
 * Starts the page's server, on loopback only.
 *
 * @throws ReventoError `port_busy`, `bind_failed`
 */
export async function startInspector({ serve, port, ...parts }: InspectorOptions): Promise<Inspector> {
  const key = new PageKey(parts.clock);
  const answer = createRoutes({ ...parts, key });
  const listening = await bind(port, (tried) => {
    let bound = tried;
    const started = serve({
      host: 'localhost',
      port: tried,
      admit: (head) => foreignRefusal(head, bound, '/'),
      answer,
      maxBodyBytes: maxRequestBytes,
    });
    // The port is only known now.
    void started.then(
      (server) => {
        bound = server.port;
      },
      () => undefined,
    );
    return started;
  });
  const base = `http://localhost:${listening.port}/`;
  return {
    port: listening.port,
    address: `${base}#key=${key.value}`,
    ticketAddress: () => `${base}#ticket=${key.newTicket()}`,
    close: () => close(parts.hub, listening),
  };
}

async function close(hub: Hub<Inspected>, listening: Listening): Promise<void> {
  hub.close();
  await listening.close(250);
}

async function bind(port: number | null, attempt: (port: number) => Promise<Listening>): Promise<Listening> {
  if (port !== null) return attempt(port);
  for (let tried = defaultPagePort; ; tried++) {
    try {
      return await attempt(tried);
    } catch (error) {
      const isTaken = error instanceof ReventoError && error.code === 'port_busy';
      if (!isTaken || tried === defaultPagePort + portTries - 1) throw error;
    }
  }
}
