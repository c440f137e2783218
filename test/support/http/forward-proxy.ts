import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

interface Tunnel {
  /** `host:port` as the client asked for it. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
}

/**
 * A forward proxy that opens tunnels (CONNECT) and nothing else. Every host name leads to one port of this machine,
 * so a test needs no DNS.
 */
export class ForwardProxy {
  readonly tunnels: Tunnel[] = [];
  /** Tunnels to close after this many bytes from the server, one number a tunnel; then none. */
  readonly cuts: number[] = [];
  /** `user:password` it asks for, or null. */
  credentials: string | null = null;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(port: number) {
    this.#server = createServer((_request, response) => response.writeHead(405).end());
    this.#server.on('connect', (request, socket: Socket) => {
      this.tunnels.push({ target: request.url ?? '', headers: request.headers });
      const expected = this.credentials && `Basic ${Buffer.from(this.credentials).toString('base64')}`;
      if (expected !== null && request.headers['proxy-authorization'] !== expected) {
        socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="proxy"\r\n\r\n');
        return;
      }
      const upstream = connect(port, '127.0.0.1', () => socket.write('HTTP/1.1 200 Connection Established\r\n\r\n'));
      const cutAfter = this.cuts.shift();
      let passed = 0;
      upstream.on('data', (chunk) => {
        passed += chunk.length;
        if (cutAfter !== undefined && passed > cutAfter) socket.destroy();
        else socket.write(chunk);
      });
      socket.pipe(upstream);
      for (const end of [socket, upstream]) {
        this.#sockets.add(end);
        end.on('error', () => undefined);
        end.on('close', () => {
          socket.destroy();
          upstream.destroy();
        });
      }
    });
  }

  /** @param port where all tunnels lead, on 127.0.0.1 */
  static async start(port: number): Promise<ForwardProxy> {
    const proxy = new ForwardProxy(port);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
