import type { Socket } from 'node:net';

/**
 * Where a connection stands: waiting for its first head, kept alive between requests, reading a body, or waiting for
 * an answer of ours.
 */
type Phase = 'head' | 'idle' | 'body' | 'answer';

/** Who makes room for a new connection first. One that waits for an answer never does. */
const dropOrder: readonly Phase[] = ['head', 'idle', 'body'];

interface Entry {
  phase: Phase;
  /** Requests without an answer yet: more than one when they are pipelined. */
  requests: number;
}

/** The open connections of a server and what each of them waits for. */
export class SocketBook {
  /** In the order in which they came to their phase. */
  readonly #entries = new Map<Socket, Entry>();
  readonly #maxConnections: number;
  isClosing = false;

  constructor(maxConnections: number) {
    this.#maxConnections = maxConnections;
  }

  /** Notes a new connection. When there are too many it replaces an incomplete one, or is destroyed itself. */
  opened(socket: Socket): void {
    if (this.#entries.size >= this.#maxConnections && !this.#dropOldestIncomplete()) {
      socket.destroy();
      return;
    }
    this.#entries.set(socket, { phase: 'head', requests: 0 });
    socket.once('close', () => this.#entries.delete(socket));
  }

  /** The head of a request is complete. */
  began(socket: Socket): void {
    const entry = this.#entries.get(socket);
    if (entry === undefined) return;
    entry.requests++;
    // A pipelined request: the earlier one still waits for its answer.
    if (entry.requests === 1) this.#move(socket, entry, 'body');
  }

  /** Its body is complete. */
  complete(socket: Socket): void {
    const entry = this.#entries.get(socket);
    if (entry !== undefined) this.#move(socket, entry, 'answer');
  }

  /** It is answered. */
  ended(socket: Socket): void {
    const entry = this.#entries.get(socket);
    if (entry === undefined) return;
    entry.requests--;
    if (entry.requests > 0) return;
    this.#move(socket, entry, 'idle');
    if (this.isClosing) socket.destroySoon();
  }

  /** Whether a request on it is complete and waits for its answer. */
  isAnswering(socket: Socket): boolean {
    return this.#entries.get(socket)?.phase === 'answer';
  }

  /** Destroys the connections without a request: kept-alive ones and a browser's silent preconnects. */
  dropIdle(): void {
    for (const [socket, { requests }] of this.#entries) if (requests === 0) socket.destroy();
  }

  dropAll(): void {
    for (const socket of this.#entries.keys()) socket.destroy();
  }

  #move(socket: Socket, entry: Entry, phase: Phase): void {
    entry.phase = phase;
    this.#entries.delete(socket);
    this.#entries.set(socket, entry);
  }

  #dropOldestIncomplete(): boolean {
    for (const wanted of dropOrder) {
      for (const [socket, { phase }] of this.#entries) {
        if (phase !== wanted) continue;
        // `close` comes later, and the next connection must not count this one.
        this.#entries.delete(socket);
        socket.destroy();
        return true;
      }
    }
    return false;
  }
}
