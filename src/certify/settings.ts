import * as v from 'valibot';
import { closed } from '../sandbox/seed/closed.ts';

const words = v.pipe(v.array(v.string()), v.minLength(1, 'must name a program'));
const text = v.pipe(v.string(), v.nonEmpty('must not be empty'));

/** `certify.json`: the flags of `revento certify`, for the file beside an integration. Flags take precedence. */
export const certifySettings = closed({
  $schema: v.exactOptional(v.pipe(v.string(), v.description('URL or path of the JSON Schema of this file'))),
  start: v.exactOptional(v.pipe(words, v.description('the command that starts the integration, as a list of words'))),
  connect: v.exactOptional(
    v.pipe(text, v.description('the URL that starts a consent; {event} is replaced by the event ID')),
  ),
  login: v.exactOptional(
    v.pipe(text, v.description('the URL where a participant signs in, if any do; {event} is replaced by the event ID')),
  ),
  redirect_uri: v.exactOptional(
    v.pipe(text, v.description('the redirect URI; default: /callback at the origin of connect')),
  ),
  webhook: v.exactOptional(v.pipe(text, v.description('the URL of the webhook handler, or its port'))),
  sync: v.exactOptional(
    v.pipe(
      text,
      v.description('a URL: a POST to it makes the integration read the API, and it responds with 2xx when done'),
    ),
  ),
  sync_command: v.exactOptional(
    v.pipe(text, v.description('a shell command that does the same, instead of sync; it exits with 0 when done')),
  ),
  restart: v.exactOptional(
    v.pipe(
      v.union([v.boolean(), text], 'must be true, or a shell command'),
      v.description('restarts the integration after it was killed: true runs the start command'),
    ),
  ),
  effects: v.exactOptional(
    v.pipe(
      text,
      v.description('a shell command that prints what the webhook handler did, as a number or JSON, such as a count'),
    ),
  ),
  effects_url: v.exactOptional(
    v.pipe(text, v.description('a URL that answers with the same; {event} is replaced by the event ID')),
  ),
  settle: v.exactOptional(
    v.pipe(text, v.description('how long an effect may take to appear after the answer, and a deletion, such as 5s')),
  ),
  data: v.exactOptional(
    v.pipe(
      v.array(text),
      v.minLength(1, 'must name a path or a URL'),
      v.description(
        'files, directories and URLs that show what it keeps of people, to see what is left after a deletion; in a URL {event} is replaced by the event ID',
      ),
    ),
  ),
  sync_timeout: v.exactOptional(v.pipe(text, v.description('how long a sync may take, such as 25s'))),
  manifest: v.exactOptional(v.pipe(text, v.description('the manifest of the integration: a YAML or JSON file'))),
  ready_timeout: v.exactOptional(v.pipe(text, v.description('how long it may take to start, such as 30s'))),
});
export type CertifySettings = v.InferOutput<typeof certifySettings>;
