import * as v from 'valibot';
import { optional } from '../sandbox/message/shape.ts';
import { closed } from '../sandbox/seed/closed.ts';

const words = v.pipe(v.array(v.string()), v.minLength(1, 'must name a program'));
const text = v.pipe(v.string(), v.nonEmpty('must not be empty'));

/** `certify.json`: the flags of `revento certify`, for the file beside an integration. Flags take precedence. */
export const certifySettings = closed({
  $schema: optional(v.string(), 'URL or path of the JSON Schema of this file'),
  start: optional(words, 'the command that starts the integration, as a list of words'),
  connect: optional(text, 'the URL that starts a consent; {event} is replaced by the event ID'),
  login: optional(text, 'the URL where a participant signs in, if any do; {event} is replaced by the event ID'),
  redirect_uri: optional(text, 'the redirect URI; default: /callback at the origin of connect'),
  webhook: optional(text, 'the URL of the webhook handler, or its port'),
  sync: optional(text, 'a URL: a POST to it makes the integration read the API, and it responds with 2xx when done'),
  sync_command: optional(text, 'a shell command that does the same, instead of sync; it exits with 0 when done'),
  restart: optional(
    v.union([v.boolean(), text], 'must be true, or a shell command'),
    'restarts the integration after it was killed: true runs the start command',
  ),
  effects: optional(
    text,
    'a shell command that prints what the webhook handler did, as a number or JSON, such as a count',
  ),
  effects_url: optional(text, 'a URL that answers with the same; {event} is replaced by the event ID'),
  settle: optional(text, 'how long an effect may take to appear after the answer, and a deletion, such as 5s'),
  data: optional(
    v.pipe(v.array(text), v.minLength(1, 'must name a path or a URL')),
    'files, directories and URLs that show what it keeps of people, to see what is left after a deletion; in a URL {event} is replaced by the event ID',
  ),
  sync_timeout: optional(text, 'how long a sync may take, such as 25s'),
  manifest: optional(text, 'the manifest of the integration: a YAML or JSON file'),
  ready_timeout: optional(text, 'how long it may take to start, such as 30s'),
});
export type CertifySettings = v.InferOutput<typeof certifySettings>;
