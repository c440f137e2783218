import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

export const statuses = new Map();

// from templates/node/webhooks.js: verify

export function createApp(secret) {
  return createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const { 'x-revento-timestamp': timestamp, 'x-revento-signature': signature } = request.headers;
    const isValid = isGenuine([secret()], body, timestamp, signature);
    if (isValid) {
      const { type, data } = JSON.parse(body);
      if (type.startsWith('application.')) statuses.set(data.participant_id, data.status);
    }
    response.writeHead(isValid ? 204 : 401).end();
  });
}
