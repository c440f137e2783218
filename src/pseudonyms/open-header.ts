import { deliveryHeaders, signatureForm } from '../webhook/signature.ts';
import { hasTypeForm } from './scrub-json.ts';
import { isUuid } from './vocabulary.ts';

const digits = /^\d{1,13}$/;
const mediaType =
  /^(?:\*\/\*|(?:application|text)\/(?:json|problem\+json|html|plain|vnd\.revento\.v\d+\+json))(?:; ?charset=utf-8)?$/i;
const coding = /^(?:gzip|deflate|br|identity|chunked|\*|, ?)+$/i;

/** How a body is transported. */
export const framing: ReadonlyMap<string, RegExp> = new Map([
  ['accept', mediaType],
  ['content-type', mediaType],
  ['content-length', digits],
  ['content-encoding', coding],
  ['transfer-encoding', coding],
  ['accept-encoding', coding],
  ['connection', /^(?:close|keep-alive)$/i],
]);

/** Headers and query parameters that say nothing about a person. Anything may be sent in one, so each has its form. */
const openForms: ReadonlyMap<string, RegExp> = new Map([
  ...framing,
  ['limit', digits],
  ['keep-alive', /^timeout=\d+(?:, ?max=\d+)?$/],
  ['date', /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/],
  ['retry-after', digits],
  ['x-ratelimit-limit', digits],
  ['x-ratelimit-remaining', digits],
  ['x-ratelimit-reset', digits],
  [deliveryHeaders.timestamp, digits],
  [deliveryHeaders.signature, signatureForm],
]);

/** Whether a header or a query parameter, and what it holds, says nothing about a person. @param name  in any case */
export function isOpenHeader(name: string, value: string): boolean {
  switch (name.toLowerCase()) {
    case deliveryHeaders.event:
      return hasTypeForm(value);
    case deliveryHeaders.deliveryId:
    case 'x-revento-request-id':
      return isUuid(value);
    default:
      return openForms.get(name.toLowerCase())?.test(value) === true;
  }
}

/** Whether the name of a header, in lower case, looks like one. */
export function isHeaderName(name: string): boolean {
  return /^[a-z][a-z-]{0,40}$/.test(name);
}
