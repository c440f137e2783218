// Written by `npm run docs` from the starter for Node.js.
import { createHmac, timingSafeEqual } from 'node:crypto';

// from templates/node/webhooks.js: verify

export { isGenuine };
