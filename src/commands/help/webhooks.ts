import nodeReceiver from '../../../templates/shown/receiver.mjs?assembled';
import pythonReceiver from '../../../templates/shown/receiver.py?assembled';
import { joined, type Rule, type TopicContent } from './topic.ts';

const rules: readonly Rule[] = [
  {
    topic: 'The request',
    rules: [
      'A POST with a JSON body and four headers: X-Revento-Event, X-Revento-Delivery-Id, X-Revento-Timestamp (whole',
      'Unix seconds) and X-Revento-Signature.',
    ],
  },
  {
    topic: 'The signature',
    rules: [
      'The signature is "sha256=" and 64 lower-case hex digits: HMAC-SHA256 over the timestamp header, a dot, and the raw',
      'body. The key is the whole secret as text, whsec_ included; do not decode it from base64. Nothing else is signed: use',
      'the type in the body, not the one in the header.',
    ],
  },
  {
    topic: 'Raw bytes',
    rules: [
      'Verify before anything parses the body: JSON that was parsed and re-serialized has another signature. In Express',
      'use express.raw(), in Flask request.get_data(), in Next.js await request.text().',
    ],
  },
  {
    topic: 'Constant time',
    rules: [
      'Check the form of the header, then compare with crypto.timingSafeEqual or hmac.compare_digest, never with ==, whose',
      'duration shows a forger how much is correct. Answer 401 when the signature does not match.',
    ],
  },
  {
    topic: 'Age',
    rules: [
      'Reject a timestamp that is not all digits, and one more than 300 seconds away in either direction. Beware of NaN:',
      'it is never greater than 300.',
    ],
  },
  {
    topic: 'Two secrets during a rotation',
    rules: [
      'Assumed, because the docs do not say which one signs: until the old secret is retired, accept a delivery signed with',
      'either. This tool reads them from REVENTO_WEBHOOK_SECRET and REVENTO_WEBHOOK_SECRET_PREVIOUS.',
      '`revento sandbox rotate` rehearses a rotation.',
    ],
  },
  {
    topic: 'Duplicate, late and out of order',
    rules: [
      'Answer 2xx within 10 seconds and do slow work afterward: a delivery may arrive more than once, always under the same',
      'delivery id. Verify first; remember the id once the work is done, and answer 2xx to a known one without doing it',
      'again. Answer 2xx to types you do not know, too.',
    ],
  },
  {
    topic: 'Start from',
    rules: [
      '`revento help webhooks -q .node > receiver.mjs` and `revento help webhooks -q .python > receiver.py` (Flask) write',
      'receivers that do all of this; docs/webhooks.md shows them. They are excerpts of the integrations that `revento init`',
      'writes, in more languages: `revento init --list`.',
    ],
  },
  {
    topic: 'Test with',
    rules: [
      '`revento webhook check 3000` tests what your handler accepts and rejects; `revento webhook verify` explains why a',
      'signature does not match; `revento webhook sign` makes one to compare with.',
    ],
  },
];

/** `revento help webhooks`: how deliveries are signed and what a handler has to do, with receivers to start from. */
export const webhooks: TopicContent = {
  data: { rules: joined(rules), node: nodeReceiver, python: pythonReceiver },
  parts: rules,
};
