import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ReventoError } from '../../../errors/revento-error.ts';
import { plainLine } from '../../../text/plain-line.ts';

const portTries = 20;

/**
 * Binds every address of the host on one port and gives that port back.
 *
 * @param create  called for each address
 * @throws ReventoError `port_busy`, `bind_failed`
 */
export async function bindAll(
  options: { readonly host: string; readonly port: number },
  create: () => Server,
): Promise<number> {
  if (options.host !== 'localhost') return bind(create(), options.host, options.port);
  for (let tries = 1; ; tries++) {
    const first = create();
    const port = await bind(first, '127.0.0.1', options.port);
    try {
      await bind(create(), '::1', port);
      return port;
    } catch (error) {
      if (isWithoutIpv6(error)) return port;
      // Any free port is fine, and this one is taken on the other family: try another one.
      if (options.port !== 0 || tries === portTries) throw error;
      await new Promise((resolve) => first.close(resolve));
    }
  }
}

function bind(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) => reject(bindError(error, host, port));
    server.once('error', onError);
    server.listen({ host: host.replace(/^\[|\]$/g, ''), port, ipv6Only: host.includes(':'), exclusive: true }, () => {
      server.off('error', onError);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function bindError(error: NodeJS.ErrnoException, host: string, port: number): ReventoError {
  const family = host.includes(':') ? 'IPv6' : 'IPv4';
  if (error.code === 'EADDRINUSE') {
    return new ReventoError(
      'port_busy',
      `Port ${port} is already in use on ${host} (${family}).`,
      {},
      { cause: error },
    );
  }
  const reason = error.code === 'EACCES' ? 'this user may not bind it' : (error.code ?? error.message);
  return new ReventoError(
    'bind_failed',
    `Cannot listen on ${plainLine(host, 100)} port ${port}: ${reason}.`,
    {},
    { cause: error },
  );
}

function isWithoutIpv6(error: unknown): boolean {
  const cause = error instanceof ReventoError ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
  return cause?.code === 'EADDRNOTAVAIL' || cause?.code === 'EAFNOSUPPORT';
}
