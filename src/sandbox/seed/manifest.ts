import * as v from 'valibot';
import { nearest } from '../../text/suggestion.ts';
import { eventTypes } from '../../webhook/event.ts';
import { scopes } from '../oauth/scopes.ts';

const scopeNames = scopes.map(({ name }) => name);
const typeNames = eventTypes.map(({ type }) => type);
const url = v.pipe(v.string(), v.regex(/^https?:\/\/[^#\s]+$/, 'must be an http or https URL without a fragment'));

/** A listed type, or an unlisted one that is not a typo of one: the list is not complete. */
const eventType = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9_.-]{0,63}$/, 'must be a word such as application.approved'),
  v.check(
    (type) => typeNames.includes(type) || nearest(type, typeNames) === null,
    ({ input }) => `is an unknown event type; did you mean ${nearest(String(input), typeNames)}?`,
  ),
);

const known = {
  $schema: v.exactOptional(v.pipe(v.string(), v.description('where the JSON Schema of this file is'))),
  name: v.exactOptional(v.pipe(v.string(), v.description('name on the consent page'))),
  scopes: v.exactOptional(
    v.pipe(
      v.array(v.picklist(scopeNames)),
      v.description('every scope the integration may request; others get invalid_scope. Default: all'),
    ),
  ),
  redirect_uris: v.exactOptional(
    v.pipe(v.array(url), v.description('registered besides those that every client of the sandbox has')),
  ),
  webhook_url: v.exactOptional(
    v.pipe(url, v.description('not used: the sandbox sends to --webhook-url, never to a real handler')),
  ),
  declared_webhook_event_types: v.exactOptional(
    v.pipe(v.array(eventType), v.description('the only event types that are delivered. Default: all')),
  ),
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
