import * as v from 'valibot';
import { closed } from '../sandbox/seed/closed.ts';

const words = v.pipe(v.array(v.string()), v.minLength(1, 'must name a program'));
const text = v.pipe(v.string(), v.nonEmpty('must not be empty'));

/** `certify.json`: the flags of `revento certify`, for the file beside an integration. Flags take precedence. */
export const certifySettings = closed({
  $schema: v.exactOptional(v.pipe(v.string(), v.description('where the JSON Schema of this file is'))),
  start: v.exactOptional(v.pipe(words, v.description('the words of the command that starts the integration'))),
  connect: v.exactOptional(
    v.pipe(text, v.description('the URL that starts a consent; {event} in it stands for the id of an event')),
  ),
  redirect_uri: v.exactOptional(
    v.pipe(text, v.description('where consent comes back to; default: /callback beside connect')),
  ),
  webhook: v.exactOptional(v.pipe(text, v.description('the URL of the webhook handler, or its port'))),
  sync: v.exactOptional(
    v.pipe(text, v.description('the URL where a POST has the integration read the API, answered 2xx when it is done')),
  ),
  sync_command: v.exactOptional(
    v.pipe(text, v.description('a shell command that does the same, in place of sync; exit status 0 when it is done')),
  ),
  restart: v.exactOptional(
    v.pipe(
      v.union([v.boolean(), text], 'must be true, or a shell command'),
      v.description('starts the integration again after it was killed: true runs the start command'),
    ),
  ),
  sync_timeout: v.exactOptional(v.pipe(text, v.description('how long a sync may take, such as 25s'))),
  manifest: v.exactOptional(v.pipe(text, v.description('the manifest of the integration: a YAML or JSON file'))),
  ready_timeout: v.exactOptional(v.pipe(text, v.description('how long it may take to start, such as 30s'))),
});
export type CertifySettings = v.InferOutput<typeof certifySettings>;
