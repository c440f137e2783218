// The hand-written alternative: verifies a delivery and forwards it with undici. Prints its port.
//
//   UPSTREAM=PORT SECRET=... node script.mjs request|dispatch|agent
import { createHmac, timingSafeEqual } from 'node:crypto';
import { Agent, createServer, request as httpRequest } from 'node:http';
import { Pool } from 'undici';

const { UPSTREAM, SECRET } = process.env;
const agent = new Agent({ keepAlive: true, maxSockets: 100 });
const pool = new Pool(`http://127.0.0.1:${UPSTREAM}`, { connections: 100 });
const names = [
  'content-type',
  'x-revento-event',
  'x-revento-delivery-id',
  'x-revento-timestamp',
  'x-revento-signature',
];

const forward = {
  async request(headers, body) {
    const answer = await pool.request({ path: '/webhooks/revento', method: 'POST', headers, body });
    await answer.body.arrayBuffer();
    return answer.statusCode;
  },
  dispatch: (headers, body) =>
    new Promise((resolve, reject) => {
      let status = 0;
      pool.dispatch(
        { path: '/webhooks/revento', method: 'POST', headers, body },
        {
          onRequestStart() {},
          onResponseStart(_controller, code) {
            status = code;
          },
          onResponseData() {},
          onResponseEnd: () => resolve(status),
          onResponseError: (_controller, error) => reject(error),
        },
      );
    }),
  agent: (headers, body) =>
    new Promise((resolve, reject) => {
      const options = { agent, port: UPSTREAM, path: '/webhooks/revento', method: 'POST' };
      const request = httpRequest({ ...options, headers: { ...headers, 'content-length': body.length } }, (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode));
      });
      request.once('error', reject).end(body);
    }),
}[process.argv[2]];

const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', async () => {
    const body = Buffer.concat(chunks);
    const timestamp = request.headers['x-revento-timestamp'];
    const wanted = createHmac('sha256', SECRET).update(`${timestamp}.`).update(body).digest();
    const given = Buffer.from(request.headers['x-revento-signature'].slice(7), 'hex');
    const isRight = Math.abs(Date.now() / 1000 - Number(timestamp)) <= 300 && timingSafeEqual(wanted, given);
    const headers = Object.fromEntries(names.map((name) => [name, request.headers[name]]));
    response.writeHead(isRight ? await forward(headers, body) : 401, { 'Content-Length': 0 }).end();
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
