import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { ServeOptions, ServerRefusal } from '../../../ports/exchange.ts';
import { plainLine } from '../../../text/plain-line.ts';

/** How long the peer may take to read a refusal and close. */
const lingerMs = 500;

/** What the refusals of a server name: its limits and its host. */
export interface ServerLimits {
  readonly host: string;
  readonly maxHeadBytes: number;
  readonly maxBodyBytes: number;
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
}

/** An error of node:http's parser, or of its timeouts. */
interface ClientError extends NodeJS.ErrnoException {
  readonly rawPacket?: Buffer;
  /** The parser's own words. */
  readonly reason?: string;
}

/**
 * The refusal for a connection whose bytes could not be read as a request.
 *
 * @returns null where nobody would read it: the peer is gone, or never sent a byte
 */
export function refusalOf(error: ClientError, socket: Socket, limits: ServerLimits): ServerRefusal | null {
  const { code = '' } = error;
  const refusal = (status: number, reason: string): ServerRefusal => ({ status, request: null, reason });
  if (socket.bytesRead === 0 || code === 'HPE_INVALID_EOF_STATE') return null;
  if (code === 'HPE_HEADER_OVERFLOW') return refusal(431, `request head over ${sizeOf(limits.maxHeadBytes)}`);
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return refusal(413, 'chunk extensions over 16 KB');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return refusal(408, `request not complete in time (${timesOf(limits)})`);
  if (!code.startsWith('HPE_')) return null;
  const address = `${limits.host.includes(':') ? `[${limits.host}]` : limits.host}:${socket.localPort}`;
  return refusal(400, protocolOf(error.rawPacket, address) ?? `not readable as HTTP/1.1: ${wordsOf(error)}`);
}

/** Writes a refusal on the bare connection, lets the peer read it, and ends the connection. */
export function refuse(socket: Socket, { status, reason }: ServerRefusal): void {
  const body = `${reason}\n`;
  // The peer may reset it, and nothing else listens for errors anymore.
  socket.on('error', () => undefined);
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(timer));
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

/** The limits of a server, with the defaults where nothing was asked for. */
export function limitsOf(options: ServeOptions): ServerLimits {
  const { host, maxHeadBytes, maxBodyBytes, headersTimeoutMs, requestTimeoutMs } = options;
  return {
    host: host.replace(/^\[|\]$/g, ''),
    maxHeadBytes: maxHeadBytes ?? 128 * 1024,
    maxBodyBytes: maxBodyBytes ?? 1024 * 1024,
    headersTimeoutMs: headersTimeoutMs ?? 10_000,
    requestTimeoutMs: requestTimeoutMs ?? 10_000,
  };
}

/** `1 MiB`, `128 KB` or `512 bytes`. */
export function sizeOf(bytes: number): string {
  if (bytes >= 1024 * 1024 && bytes % (1024 * 1024) === 0) return `${bytes / (1024 * 1024)} MiB`;
  return bytes >= 1024 && bytes % 1024 === 0 ? `${bytes / 1024} KB` : `${bytes} bytes`;
}

function timesOf({ headersTimeoutMs, requestTimeoutMs }: ServerLimits): string {
  return `head ${headersTimeoutMs / 1000}s, all of it ${requestTimeoutMs / 1000}s`;
}

/** The protocol that is spoken instead of HTTP/1.1, recognized by its first bytes; null for an unknown one. */
function protocolOf(packet: Buffer | undefined, address: string): string | null {
  if (packet === undefined) return null;
  if (packet[0] === 0x16) {
    return `TLS handshake: this port speaks plain HTTP; point the tunnel or sender at http://${address}, not https://`;
  }
  const start = packet.subarray(0, 16).toString('latin1');
  if (start.startsWith('PRI * HTTP/2')) return 'HTTP/2 preface: this port speaks HTTP/1.1; turn off HTTP/2 (h2c) to it';
  if (start.startsWith('PROXY ') || start.startsWith('\r\n\r\n\0\r\nQUIT\n')) {
    return 'PROXY protocol header: this port speaks plain HTTP; turn off the PROXY protocol to it';
  }
  return null;
}

function wordsOf(error: ClientError): string {
  const words = plainLine(error.reason ?? error.message, 100);
  return /CRLF|\bLF\b|\bCR\b/.test(words) ? `${words} (are the line ends bare line feeds?)` : words;
}
