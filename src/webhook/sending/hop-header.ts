import { connectionHeaders } from '../../http/header-line.ts';

/** Headers of one connection, and what a handler might trust: none of them is the sender's to set. */
const dropped: ReadonlySet<string> = new Set([
  ...connectionHeaders,
  'host',
  'cookie',
  'authorization',
  'forwarded',
  // Answers are shown as text, so they must not be compressed.
  'accept-encoding',
]);
const droppedPrefix = /^(?:proxy|x-forwarded|x-revento-cli)-/;

/** Whether a header belongs to one connection, or the sender must not set it: it is not forwarded. */
export function isHopHeader(name: string): boolean {
  const lower = name.toLowerCase();
  return dropped.has(lower) || droppedPrefix.test(lower);
}
