import { accepts, type ConformanceCase } from './case.ts';

/** Cases for the time when two secrets are valid; run only if the previous one is configured. */
export const rotation: readonly ConformanceCase[] = [
  accepts(
    {
      id: 'previous-secret',
      title: 'acknowledges a delivery signed with the previous secret',
      sent: 'a valid delivery, signed with webhook_secret_previous',
      // Assumed: the guide does not say which secret signs during a rotation.
      why: 'we assume that either secret may sign during a rotation; a handler that knows only one loses deliveries',
      fix: 'compare the signature with the HMAC of each configured secret, and accept the delivery when one matches',
    },
    (bench) => bench.make({ secret: bench.previousSecret ?? bench.secret }),
  ),
];
