import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

// from templates/node/config.js: required

const config = {
  // from templates/node/config.js: secrets
};

// from templates/node/config.js: problems

// from templates/node/config.js: log

// from templates/node/webhooks.js: verify

// from templates/node/webhooks.js: receive

const seen = new Set(); // use a table with a unique column: this is lost on restart

function accept(deliveryId, event) {
  if (seen.has(deliveryId)) return; // Revento repeats deliveries whose answer was lost
  console.log(event.type, event.id); // queue slow work
  seen.add(deliveryId);
}

createServer(async (request, response) => {
  const chunks = []; // the raw bytes: nothing may parse them first
  let size = 0;
  try {
    for await (const chunk of request) {
      size += chunk.length;
      if (size > 1024 * 1024) return response.writeHead(413, { Connection: 'close' }).end();
      chunks.push(chunk);
    }
    response.writeHead(await receive(request.headers, Buffer.concat(chunks))).end();
  } catch (error) {
    log('delivery failed', { error: error.message });
    response.writeHead(500).end();
  }
}).listen(process.env.PORT || 3000, 'localhost');
