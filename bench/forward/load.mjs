// Sends signed deliveries of 1 KB over keep-alive connections, as fast as they are answered or at a steady rate.
import { createHmac, randomUUID } from 'node:crypto';
import { connect } from 'node:net';

const path = '/webhooks/revento';

/** A new request: with a new delivery ID, and a body that no other request has. */
function makeRequest(secret) {
  const id = randomUUID();
  const envelope = {
    id,
    type: 'application.approved',
    occurred_at: new Date().toISOString(),
    event_id: 'evt_bench',
    organization_id: 'org_bench',
    data: { id: 'app_1', status: 'approved', custom_form_fields: { essay: '' } },
  };
  envelope.data.custom_form_fields.essay = 'e'.repeat(1024 - JSON.stringify(envelope).length);
  const body = JSON.stringify(envelope);
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex');
  return (
    `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nUser-Agent: Revento-Webhooks/1.0\r\n` +
    `X-Revento-Event: application.approved\r\nX-Revento-Delivery-Id: ${id}\r\nX-Revento-Timestamp: ${timestamp}\r\n` +
    `X-Revento-Signature: sha256=${signature}\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  );
}

/** One keep-alive connection: `send` resolves when the answer is complete and rejects unless it is 200. */
async function openConnection(port) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  let text = '';
  let settle = null;
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    const end = text.indexOf('\r\n\r\n');
    if (end === -1) return;
    const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
    if (text.length < end + 4 + length) return;
    const status = text.slice(9, 12);
    text = text.slice(end + 4 + length);
    const { resolve, reject } = settle;
    settle = null;
    if (status === '200') resolve();
    else reject(new Error(`a delivery was answered ${status}`));
  });
  const onEnd = (error) => settle?.reject(error instanceof Error ? error : new Error('the connection was closed'));
  socket.on('error', onEnd).on('close', onEnd);
  return {
    idleSince: performance.now(),
    send: (request) =>
      new Promise((resolve, reject) => {
        settle = { resolve, reject };
        socket.write(request);
      }),
    isClosed: () => socket.destroyed || !socket.readable,
    close: () => socket.destroy(),
  };
}

/**
 * Sends deliveries as fast as they are answered.
 *
 * @returns microseconds per delivery
 */
export async function flood({ port, secret, count, connections = 32 }) {
  const open = await Promise.all(Array.from({ length: connections }, () => openConnection(port)));
  let left = count;
  const startedAt = process.hrtime.bigint();
  try {
    await Promise.all(
      open.map(async ({ send }) => {
        while (left-- > 0) await send(makeRequest(secret));
      }),
    );
    return Number(process.hrtime.bigint() - startedAt) / 1000 / count;
  } finally {
    for (const { close } of open) close();
  }
}

/**
 * Sends one delivery over a new connection.
 *
 * @returns its latency in milliseconds, including the connect
 */
export async function sendOnce({ port, secret }) {
  const request = makeRequest(secret);
  const startedAt = performance.now();
  const connection = await openConnection(port);
  try {
    await connection.send(request);
    return performance.now() - startedAt;
  } finally {
    connection.close();
  }
}

/** A server closes a connection that stays idle for 5 s, perhaps just when the next delivery is on its way. */
const longestIdleMs = 1_500;

/** A listener takes 100 connections and drops what is more. */
const mostConnections = 90;

/** Connections for deliveries that may overlap: an idle one, else a new one, else the next that becomes idle. */
async function openPool(port) {
  // The last one used is the next.
  const idle = await Promise.all(Array.from({ length: 8 }, () => openConnection(port)));
  const everyone = new Set(idle);
  const waiting = [];
  return {
    take: async () => {
      for (let one = idle.pop(); one !== undefined; one = idle.pop()) {
        if (!one.isClosed() && performance.now() - one.idleSince < longestIdleMs) return one;
        one.close();
        everyone.delete(one);
      }
      if (everyone.size >= mostConnections) return new Promise((resolve) => waiting.push(resolve));
      const fresh = await openConnection(port);
      everyone.add(fresh);
      return fresh;
    },
    giveBack: (one) => {
      one.idleSince = performance.now();
      const next = waiting.shift();
      if (next === undefined) idle.push(one);
      else next(one);
    },
    close: () => {
      for (const one of everyone) one.close();
    },
  };
}

/**
 * Sends deliveries at a steady rate, whether or not earlier ones are answered.
 *
 * @returns latencies in milliseconds, from the moment each could be sent, a wait for a connection included
 */
export async function drip({ port, secret, count, perSecond }) {
  const pool = await openPool(port);
  const latencies = [];
  const underWay = [];
  const startedAt = performance.now();
  try {
    for (let index = 0; index < count; index++) {
      const dueAt = startedAt + (index * 1000) / perSecond;
      const request = makeRequest(secret);
      while (performance.now() < dueAt) await new Promise((resolve) => setTimeout(resolve, dueAt - performance.now()));
      const sentAt = performance.now();
      const connection = await pool.take();
      const sent = connection.send(request).then(() => {
        latencies.push(performance.now() - sentAt);
        pool.giveBack(connection);
      });
      // It is awaited below, with all the others.
      sent.catch(() => undefined);
      underWay.push(sent);
    }
    await Promise.all(underWay);
    return latencies;
  } finally {
    pool.close();
  }
}
