import type { CommandModule } from '../../command-kit/command.ts';
import { nodeReceiver, pythonReceiver } from './receivers.ts';
import { joined, type Rule, topicLayout } from './topic-text.ts';

const rules: readonly Rule[] = [
  {
    topic: 'What comes',
    rules: [
      'A POST with a JSON body and four headers: X-Revento-Event, X-Revento-Delivery-Id, X-Revento-Timestamp (whole',
      'Unix seconds) and X-Revento-Signature.',
    ],
  },
  {
    topic: 'What is signed',
    rules: [
      'The signature is "sha256=" and 64 lower-case hex digits: HMAC-SHA256 over the timestamp header, a dot, and the raw',
      'body. The key is the whole secret as text, whsec_ included; it is not base64 to be decoded. Nothing else is signed: go',
      'by the type in the body, not by the one in the header.',
    ],
  },
  {
    topic: 'The bytes as they came',
    rules: [
      'Verify before anything parses the body: JSON that was parsed and written anew has another signature. In Express',
      'that is express.raw(), in Flask request.get_data(), in Next.js await request.text().',
    ],
  },
  {
    topic: 'In constant time',
    rules: [
      'Check the form of the header, then compare with crypto.timingSafeEqual or hmac.compare_digest, never with ==:',
      'how long that takes tells a forger how much is right. Answer 401 when it does not match.',
    ],
  },
  {
    topic: 'Age',
    rules: [
      'Refuse a timestamp that is not plain digits, and one more than 300 seconds away in either direction. Mind NaN:',
      'it is never greater than 300.',
    ],
  },
  {
    topic: 'Two secrets during a rotation',
    rules: [
      'Until the old one is retired either may sign: take a delivery that one of them signed. For this tool they are',
      'REVENTO_WEBHOOK_SECRET and REVENTO_WEBHOOK_SECRET_PREVIOUS. `revento sandbox rotate` rehearses it.',
    ],
  },
  {
    topic: 'Twice, late, out of order',
    rules: [
      'Answer 2xx within 10 seconds and do slow work afterwards; what gets no 2xx is sent again, under the same delivery id',
      'and with a fresh signature. Remember ids once a delivery is verified and done, and answer 2xx to a known one',
      'without doing it again. Answer 2xx to types that are new to you, too.',
    ],
  },
  {
    topic: 'To start from',
    rules: [
      '`revento help webhooks -q .node > receiver.mjs` and `revento help webhooks -q .python > receiver.py` (Flask) write',
      'receivers that do all of this. docs/webhooks.md shows them.',
    ],
  },
  {
    topic: 'To find out',
    rules: [
      '`revento webhook check 3000` tries what your handler must take and refuse; `revento webhook verify` says why a',
      'signature does not match; `revento webhook sign` makes one to compare with.',
    ],
  },
];

/** `revento help webhooks`: how deliveries are signed and what a handler has to do, with receivers to start from. */
export const helpWebhooks: CommandModule = {
  declare: (command) => command,
  layout: { shape: 'value' },
  async *run() {
    yield {
      kind: 'value',
      data: {
        rules: joined(rules),
        node: nodeReceiver,
        python: pythonReceiver,
      },
      text: (style) => {
        return [style.bold('Webhooks'), ...topicLayout(style).sections(rules)].join('\n');
      },
    };
    return undefined;
  },
};
