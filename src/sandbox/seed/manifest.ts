import * as v from 'valibot';
import { nearest } from '../../text/suggestion.ts';
import { eventTypes } from '../../webhook/event.ts';
import { eventType, httpUrl, optional } from '../message/shape.ts';
import { scopes } from '../oauth/scopes.ts';

const scopeNames = scopes.map(({ name }) => name);
const typeNames = eventTypes.map(({ type }) => type);

/** A listed type, or an unlisted one that is not a typo of one: the list is not complete. */
const knownType = v.pipe(
  eventType,
  v.check(
    (type) => typeNames.includes(type) || nearest(type, typeNames) === null,
    ({ input }) => `is an unknown event type; did you mean ${nearest(String(input), typeNames)}?`,
  ),
);

const known = {
  $schema: optional(v.string(), 'where the JSON Schema of this file is'),
  name: optional(v.string(), 'name on the consent page'),
  scopes: optional(
    v.array(v.picklist(scopeNames)),
    'every scope the integration may request; others get invalid_scope. Default: all',
  ),
  redirect_uris: optional(v.array(httpUrl), 'registered besides those that every client of the sandbox has'),
  webhook_url: optional(httpUrl, 'not used: the sandbox sends to --webhook-url, never to a real handler'),
  declared_webhook_event_types: optional(v.array(knownType), 'the only event types that are delivered. Default: all'),
};

/**
 * The manifest of an integration: `--manifest`. Source: guide, registration. Assumed: the names `scopes` and
 * `redirect_uris`; a real one may have fields that this tool does not know, so only a misspelled name is refused.
 */
export const manifest = v.pipe(
  v.objectWithRest(known, v.unknown()),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const names = Object.keys(known);
    const input: Record<string, unknown> = dataset.value;
    for (const key of Object.keys(input)) {
      const meant = names.includes(key) ? null : nearest(key, names);
      if (meant === null) continue;
      addIssue({
        message: `is an unknown field; did you mean ${meant}?`,
        path: [{ type: 'unknown', origin: 'value', input, key, value: input[key] }],
      });
    }
  }),
);
export type Manifest = v.InferOutput<typeof manifest>;
