import type { Socket } from 'node:net';

/** Which sockets are open, and which of them have a request under way. */
export class SocketBook {
  readonly #active = new Map<Socket, number>();
  isClosing = false;

  opened(socket: Socket): void {
    this.#active.set(socket, 0);
    socket.once('close', () => this.#active.delete(socket));
  }

  began(socket: Socket): void {
    this.#active.set(socket, (this.#active.get(socket) ?? 0) + 1);
  }

  ended(socket: Socket): void {
    const left = (this.#active.get(socket) ?? 1) - 1;
    if (this.#active.has(socket)) this.#active.set(socket, left);
    if (this.isClosing && left === 0) socket.destroySoon();
  }

  /** Destroys the sockets without a request: kept-alive ones and a browser's silent preconnects. */
  dropIdle(): void {
    for (const [socket, requests] of this.#active) if (requests === 0) socket.destroy();
  }

  dropAll(): void {
    for (const socket of this.#active.keys()) socket.destroy();
  }
}
