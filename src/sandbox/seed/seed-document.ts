import * as v from 'valibot';
import { httpUrl, optional, optionalText as text, time, wholeNumber } from '../message/shape.ts';
import { fields } from '../world/happening.ts';
import { closed } from './closed.ts';

const id = (what: string) =>
  v.pipe(
    v.string(),
    v.regex(/^[\w.-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, dashes or underscores'),
    v.description(`id of the ${what}`),
  );
const count = (most: number, what: string) => optional(wholeNumber(0, most), what);

/** Source: guide, participants and patterns. Assumed: the word for a cancellation. */
const statuses = ['pending', 'approved', 'rejected', 'revision_requested', 'registered', 'cancelled'] as const;

const person = closed({
  id: v.exactOptional(id('participant')),
  user_id: v.exactOptional(id('user: the same in two events is the same person')),
  application_id: v.exactOptional(id('application')),
  application_status: v.exactOptional(v.picklist(statuses)),
  role: text('such as attendee, speaker or volunteer'),
  first_name: text('first name'),
  last_name: text('last name'),
  email: text('e-mail address'),
  locale: text('language, such as de'),
  custom_form_fields: optional(fields, 'answers to the registration form; they replace all made-up ones'),
  submitted_at: optional(time, 'when they applied'),
  last_reviewed_at: optional(time, 'when an organizer decided'),
  last_reviewer_id: v.exactOptional(id('user who decided')),
});
export type PinnedPerson = v.InferOutput<typeof person>;

const activity = closed({
  id: v.exactOptional(id('activity')),
  title: text('title'),
  description: text('description'),
  thread: text('title of the thread it is in'),
  status: text('scheduled or cancelled'),
  min_age: text('age_all or age_18_plus'),
  speakers: optional(v.array(v.string()), 'names'),
  capacity: count(1_000_000, 'places'),
  registered_count: count(1_000_000, 'places taken'),
  starts_at: optional(time, 'start'),
  ends_at: optional(time, 'end'),
});
export type PinnedActivity = v.InferOutput<typeof activity>;

const event = closed({
  id: id('event; evt_test_published is the built-in test event'),
  title: text('title'),
  description: text('description'),
  organization: v.exactOptional(
    closed({
      id: id('organization'),
      name: text('name'),
      kind: v.exactOptional(v.picklist(['formal', 'informal'])),
    }),
  ),
  starts_on: optional(v.pipe(v.string(), v.isoDate('must be a date such as 2027-06-10')), 'first day'),
  days: optional(wholeNumber(1, 30), 'length in days'),
  participants: optional(v.array(person), 'all applicants, in the order of the API; omitted fields are made up'),
  more_participants: count(1_000_000, 'number of made-up participants to add after the list'),
  activities: optional(v.array(activity), 'the whole program; omitted fields are made up'),
});
export type PinnedEvent = v.InferOutput<typeof event>;

const client = closed({
  id: id('client: its client_id'),
  secret: optional(
    v.pipe(v.string(), v.minLength(16, 'must have at least 16 characters')),
    'client_secret; none: a public client',
  ),
  name: text('name on the consent page'),
  redirect_uris: optional(v.array(httpUrl), 'besides those that every client of the sandbox has'),
});
export type PinnedClient = v.InferOutput<typeof client>;

/** What the data of a sandbox is made of, where it is not only a random seed: `--seed-file`. */
export const seedDocument = closed({
  $schema: text('where the JSON Schema of this file is'),
  seed: count(2 ** 31 - 1, 'random seed of everything that is made up; --seed overrides it'),
  events: optional(v.array(event), 'an event with the ID of a built-in one replaces it; others are added'),
  clients: optional(v.array(client), 'further integrations, besides the one of the sandbox'),
});
export type SeedDocument = v.InferOutput<typeof seedDocument>;
