import { randomInt } from 'node:crypto';
import { isLoopback } from '../../http/this-machine.ts';
import type { Admit, Exchange, Listening, Serve } from '../../ports/exchange.ts';
import type { Sandbox } from './app.ts';
import { strangerRefusal } from './host-guard.ts';

/** The URL of a running sandbox, for clients on this machine. */
interface Address {
  readonly authBase: string;
  readonly apiBase: string;
}

/** Pages on the port of the sandbox that do not belong to it. */
export interface Beside {
  /** Whether a raw request target is for them. */
  isFor(url: string): boolean;
  admit(head: Parameters<Admit>[0], port: number): ReturnType<Admit>;
  readonly answer: Exchange;
}

/** A sandbox that accepts connections. */
export interface Hosted extends Address {
  /** Frees the port and stops retries. Idempotent. */
  close(): Promise<void>;
}

/** The most open connections; a load test of a client may open many. */
const maxConnections = 1_024;

/**
 * Puts a sandbox on a socket.
 *
 * @param port  0 picks a free one
 * @param beside  omitted where other machines can reach the sandbox
 * @throws ReventoError `port_busy`, `bind_failed`
 */
export async function host(
  sandbox: Sandbox,
  serve: Serve,
  hostName: string,
  port: number,
  beside: Beside | null = null,
): Promise<Hosted> {
  let bound = port;
  const admit: Admit = (head) => {
    if (beside?.isFor(head.url)) return beside.admit(head, bound);
    const refused = strangerRefusal(head);
    if (refused !== null) {
      sandbox.noteRefusal({ status: refused.status, request: head, reason: 'the Host header names another server' });
    }
    return refused;
  };
  const answer: Exchange = (request) =>
    beside?.isFor(request.url) ? beside.answer(request) : sandbox.exchange(request);
  const listening = await serve({
    host: hostName,
    port,
    answer: beside === null ? sandbox.exchange : answer,
    maxConnections,
    onRefused: sandbox.noteRefusal,
    ...(isOwnMachine(hostName) ? { admit } : {}),
  });
  bound = listening.port;
  return {
    ...addressOf(hostName, listening.port),
    close: async () => {
      sandbox.close();
      await listening.close(0);
    },
  };
}

/** Whether only this machine can reach the address. Otherwise the sandbox may have any host name. */
export function isOwnMachine(hostName: string): boolean {
  return isLoopback(hostName) || hostName === '::1';
}

/** The address for clients on this machine: loopback, when it listens on every address. */
export function addressOf(hostName: string, port: number): Address {
  const bare = hostName.replace(/^\[|\]$/g, '');
  const reachable = bare === '0.0.0.0' ? '127.0.0.1' : bare === '::' ? '::1' : bare;
  const authBase = `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
  return { authBase, apiBase: `${authBase}/api/v1` };
}

const nothing: Exchange = async () => ({ status: 404, headers: [], body: new Uint8Array() });

/** Below the ports that systems hand out by themselves, and above most that services use. */
const [lowestPort, endOfPorts] = [20_000, 32_768];
const portTries = 20;

/**
 * A port that is free on both loopback families when this resolves. Another program could still take it before it is
 * used, but none gets it by asking for any port. Source: Linux hands out 32768 and up, macOS and Windows 49152 and up.
 */
export async function freePort(serve: Serve): Promise<number> {
  for (let tries = 1; ; tries++) {
    const port = tries === portTries ? 0 : randomInt(lowestPort, endOfPorts);
    try {
      const probe: Listening = await serve({ host: 'localhost', port, answer: nothing });
      await probe.close(0);
      return probe.port;
    } catch (error) {
      if (port === 0) throw error;
    }
  }
}
