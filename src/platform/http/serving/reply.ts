import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { HttpResponse } from '../../../ports/exchange.ts';

/** Sends a response, unless the peer is gone or has one. */
export function send(reply: ServerResponse, response: HttpResponse, isLast: boolean): void {
  if (reply.destroyed || reply.headersSent) return;
  reply.writeHead(response.status, flatHead(response, isLast));
  // Without a body the head goes out in one write.
  if (response.body.length === 0) reply.end();
  else reply.end(response.body);
}

/**
 * Sends a streamed response; resolves once it has ended, or the peer is gone.
 *
 * @throws whatever its source throws, after the connection was destroyed
 */
export async function sendStream(reply: ServerResponse, response: HttpResponse, isLast: boolean): Promise<void> {
  if (reply.destroyed || reply.headersSent) return;
  reply.writeHead(response.status, flatHead(response, isLast));
  // The first piece may take long: the head shows the peer that it is connected.
  reply.flushHeaders();
  if (reply.req.method === 'HEAD') {
    reply.end();
    return;
  }
  const closed = new AbortController();
  reply.once('close', () => closed.abort());
  try {
    for await (const piece of response.stream ?? []) {
      if (reply.destroyed) return;
      if (reply.write(piece)) continue;
      await once(reply, 'drain', closed).catch(() => undefined);
      if (reply.destroyed) return;
    }
    reply.end();
  } catch (error) {
    reply.destroy();
    throw error;
  }
}

/** Repeated names stay repeated. `Content-Length` is ours, so that a handler cannot contradict its own body. */
function flatHead(response: HttpResponse, isLast: boolean): string[] {
  const flat: string[] = [];
  for (const [name, value] of response.headers) flat.push(name, value);
  const hasLength = response.status !== 204 && response.status !== 304 && response.stream === undefined;
  if (hasLength) flat.push('Content-Length', String(response.body.length));
  if (isLast) flat.push('Connection', 'close');
  return flat;
}

/** Breaks the response off on purpose: the sandbox's faults are real on the wire. */
export function cutOff(reply: ServerResponse, response: HttpResponse): void {
  if (typeof response.cut !== 'number') {
    reply.destroy();
    return;
  }
  reply.writeHead(response.status, flatHead(response, true));
  reply.write(response.body.subarray(0, response.cut), () => reply.destroy());
}
