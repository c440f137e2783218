import type { ConformanceCase } from './bench.ts';
import { accepts } from './case.ts';

/** What a handler must do while two secrets are valid; run only where the previous one is configured. */
export const rotation: readonly ConformanceCase[] = [
  accepts(
    {
      id: 'previous-secret',
      title: 'acknowledges a delivery signed with the previous secret',
      sent: 'a right delivery, signed with webhook_secret_previous',
      why: 'during a rotation either secret may sign; a handler that knows one of them loses deliveries',
      fix: 'compare the signature with the HMAC under each configured secret, and take the delivery when one fits',
    },
    (bench) => bench.make({ secret: bench.previousSecret ?? bench.secret }),
  ),
];
