import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request a handler got. */
export interface Got {
  readonly method: string;
  readonly target: string;
  /** Lower-case names, values in wire order. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: Buffer;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Close the connection without an answer. */
  readonly isCut?: boolean;
}

/** A user's webhook handler, on a socket of its own. */
export interface Handler {
  readonly url: string;
  readonly port: number;
  readonly got: Got[];
  /** Resolves once so many requests have arrived whole. */
  received(count: number): Promise<void>;
  close(): Promise<void>;
}

const open = new Set<Handler>();

/** Closes every handler of a test; for `afterEach`. */
export async function closeHandlers(): Promise<void> {
  await Promise.all([...open].map((handler) => handler.close()));
  open.clear();
}

/** Starts a handler that answers as `reply` says; 200 by default. `host` is a loopback address, IPv6 without brackets. */
export async function handler(
  reply: (got: Got) => Reply | Promise<Reply> = () => ({}),
  host = '127.0.0.1',
): Promise<Handler> {
  const got: Got[] = [];
  const arrivals = new EventEmitter();
  const server: Server = createServer((message, response) => {
    void read(message).then(async (body) => {
      const headers: Record<string, string[]> = {};
      for (let i = 0; i < message.rawHeaders.length; i += 2) {
        const name = (message.rawHeaders[i] as string).toLowerCase();
        headers[name] = [...(headers[name] ?? []), message.rawHeaders[i + 1] as string];
      }
      const one: Got = { method: message.method ?? '', target: message.url ?? '', headers, body };
      got.push(one);
      arrivals.emit('one');
      const { status = 200, headers: answered = {}, body: text = '', isCut = false } = await reply(one);
      if (isCut) message.socket.destroy();
      else response.writeHead(status, answered).end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  const started: Handler = {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}/webhooks/revento`,
    port,
    got,
    received: async (count) => {
      while (got.length < count) await once(arrivals, 'one');
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  open.add(started);
  return started;
}

async function read(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
