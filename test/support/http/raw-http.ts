import { connect, type Socket } from 'node:net';

/** One answer as it was on the wire. */
export interface RawAnswer {
  readonly status: number;
  /** Status line and header lines. */
  readonly head: string;
  readonly body: string;
}

interface RawOptions {
  readonly host?: string;
  /** Sent one after the other, each in a packet of its own. */
  readonly pieces: readonly (string | Uint8Array)[];
}

/** Opens a TCP connection to loopback. */
export function dial(port: number, host = '127.0.0.1'): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host, noDelay: true }, () => resolve(socket));
    socket.once('error', reject);
  });
}

/** Sends bytes exactly as given and reads until the server closes, or a whole answer with a length is there. */
export async function rawExchange(port: number, { host, pieces }: RawOptions): Promise<RawAnswer> {
  const socket = await dial(port, host);
  try {
    const answer = readAnswer(socket);
    for (const piece of pieces) {
      if (socket.destroyed || !socket.writable) break;
      await new Promise<void>((resolve) => socket.write(piece, () => resolve()));
      // One turn of the event loop between pieces, so that they arrive as separate reads.
      await new Promise((resolve) => setImmediate(resolve));
    }
    return await answer;
  } finally {
    socket.destroy();
  }
}

/** The next final answer on a socket; a `100 Continue` before it is part of its head. */
export function readAnswer(socket: Socket): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    let text = '';
    const settle = (isClosed: boolean) => {
      const answer = parse(text, isClosed);
      if (answer === null && !isClosed) return;
      socket.off('data', onData).off('close', onClose).off('error', onError);
      if (answer === null) reject(new Error(`the connection closed after ${JSON.stringify(text)}`));
      else resolve(answer);
    };
    const onData = (chunk: Buffer) => {
      text += chunk.toString('latin1');
      settle(false);
    };
    const onClose = () => settle(true);
    const onError = () => undefined;
    socket.on('data', onData).on('close', onClose).on('error', onError);
  });
}

function parse(text: string, isClosed: boolean): RawAnswer | null {
  let from = 0;
  while (/^HTTP\/1\.1 1\d\d/.test(text.slice(from))) {
    const end = text.indexOf('\r\n\r\n', from);
    if (end === -1) return null;
    from = end + 4;
  }
  const end = text.indexOf('\r\n\r\n', from);
  if (end === -1) return null;
  const head = text.slice(0, end);
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text.slice(from))?.[1]);
  const length = /content-length: *(\d+)/i.exec(text.slice(from, end))?.[1];
  const body = text.slice(end + 4);
  if (length === undefined ? !isClosed : body.length < Number(length) && !isClosed) return null;
  return { status, head, body };
}
