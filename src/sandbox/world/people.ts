import type { Json } from '../../json/value.ts';
import type { PinnedPerson } from '../seed/seed-document.ts';
import { idOf, pick, roll } from './random.ts';

/** Source: guide, participants (the first four) and patterns (`registered`). Assumed: the word for a cancellation. */
export const applicationStatuses = [
  'pending',
  'revision_requested',
  'approved',
  'registered',
  'rejected',
  'cancelled',
] as const;
export type ApplicationStatus = (typeof applicationStatuses)[number];

/** One participant of an event, as the read API returns it, and what webhooks and `/me` need. */
export interface Participant {
  readonly [field: string]: Json;
  readonly id: string;
  readonly user_id: string;
  readonly application_id: string;
  readonly application_status: ApplicationStatus;
  readonly first_name: string;
  readonly last_name: string;
  readonly email: string;
  readonly locale: string;
  readonly submitted_at: string;
  readonly last_reviewed_at: string | null;
  readonly last_reviewer_id: string | null;
  readonly last_review_action: string | null;
  readonly custom_form_fields: { readonly [field: string]: Json };
}

/** Names in many scripts, to find clients that truncate, sort or pad them incorrectly. */
const firstNames = [
  ['Zoë', 'nl'],
  ['Łukasz', 'pl'],
  ['José', 'es'],
  ['Aiko', 'ja'],
  ['Óscar', 'es'],
  ['Ngozi', 'en'],
  ['美咲', 'ja'],
  ['Søren', 'da'],
  ['Fatima', 'fr'],
  ['Дмитро', 'uk'],
  ['Anaïs', 'fr'],
  ['محمد', 'ar'],
  ['Siobhán', 'en'],
  ['Priya', 'en'],
  ['Jürgen', 'de'],
  ['Χρύσα', 'el'],
  ['Linh', 'vi'],
  ['Amina', 'en'],
  ['Mateo', 'es'],
  ['नेहा', 'hi'],
  ['Grace', 'en'],
  ['Şebnem', 'tr'],
] as const;
const lastNames = [
  'van der Berg',
  'Wójcik',
  'García Márquez',
  '田中',
  'Nuñez',
  'Okafor',
  'O’Brien',
  'Kjærgaard',
  'Benali',
  'Шевченко',
  'Lefèvre',
  'الحسن',
  'Ní Dhomhnaill',
  'Raman',
  'Groß',
  'Παπαδοπούλου',
  'Nguyễn',
  'Diallo',
  'Smith-Jones',
  'शर्मा',
  'Hopper',
  'Yılmaz',
  'Đorđević',
] as const;
const tracks = ['Platform', 'Data & AI', 'Design', 'Security', 'Community'] as const;
const dietary = [
  '',
  'vegetarian',
  'vegan, please',
  'no nuts\n(severe allergy)',
  'gluten-free',
  '“anything” 🌮',
  'halal',
] as const;
const sizes = ['XS', 'S', 'M', 'L', 'XL'] as const;
const roles = ['attendee', 'attendee', 'attendee', 'speaker', 'volunteer'] as const;
/** The first four cover every status; further on, most people are approved. */
const firstStatuses: readonly ApplicationStatus[] = ['approved', 'pending', 'rejected', 'revision_requested'];
const statuses = ['approved', 'approved', 'approved', 'pending', 'approved', 'rejected', 'revision_requested'] as const;

const minuteMs = 60_000;
const applicationsOpenAt = Date.UTC(2026, 0, 12, 9, 0);
const applicationsRunMs = 150 * 24 * 60 * minuteMs;

/** The application status of participant number `index`, without the rest: a hundredth of the time. */
export function statusAt(seed: number, index: number, pinned: PinnedPerson = {}): ApplicationStatus {
  return pinned.application_status ?? firstStatuses[index] ?? pick(statuses, seed, 'status', index);
}

function nameAt(seed: number, index: number) {
  const [firstName, locale] = firstNames[(index + (seed % firstNames.length)) % firstNames.length] ?? firstNames[0];
  const lastName = lastNames[(index + roll(seed, 'last', Math.floor(index / 22))) % lastNames.length] ?? 'Smith';
  return { firstName, lastName, locale };
}

/** The display name of participant number `index`, without the rest. */
export function displayNameAt(seed: number, index: number, pinned: PinnedPerson = {}): string {
  const { firstName, lastName } = nameAt(seed, index);
  return `${pinned.first_name ?? firstName} ${pinned.last_name ?? lastName}`;
}

/**
 * Participant number `index` of an event. Takes the same time for every index, and stores nothing.
 *
 * @param pinned  fields from a seed file; the others are generated to fit them
 */
export function participantAt(
  seed: number,
  index: number,
  waveIds: readonly string[],
  pinned: PinnedPerson = {},
): Participant {
  const { firstName, lastName, locale } = nameAt(seed, index);
  const status = statusAt(seed, index, pinned);
  const isReviewed = status !== 'pending';
  const submittedAt =
    pinned.submitted_at === undefined
      ? applicationsOpenAt + (roll(seed, 'submitted', index) % (applicationsRunMs / minuteMs)) * minuteMs
      : Date.parse(pinned.submitted_at);
  const reviewedAt = submittedAt + (60 + (roll(seed, 'review', index) % 14_400)) * minuteMs;
  return {
    id: idOf('ptp', seed, index),
    user_id: idOf('usr', seed, index),
    application_id: idOf('app', seed, index),
    application_status: status,
    role: pick(roles, seed, 'role', index),
    first_name: firstName,
    last_name: lastName,
    display_name: `${pinned.first_name ?? firstName} ${pinned.last_name ?? lastName}`,
    email: `participant.${index + 1}@example.com`,
    locale,
    registration_wave_id: waveIds.length === 0 ? null : (waveIds[roll(seed, 'wave', index) % waveIds.length] ?? null),
    custom_form_fields: {
      favorite_track: pick(tracks, seed, 'track', index),
      dietary_notes: pick(dietary, seed, 'dietary', index),
      t_shirt_size: pick(sizes, seed, 'size', index),
      years_of_experience: roll(seed, 'years', index) % 25,
      is_first_time: roll(seed, 'first', index) % 3 === 0,
    },
    submitted_at: new Date(submittedAt).toISOString(),
    last_reviewed_at: isReviewed ? new Date(reviewedAt).toISOString() : null,
    last_reviewer_id: isReviewed ? idOf('usr', seed ^ 0x5eed, roll(seed, 'reviewer', index) % 4) : null,
    last_review_action: isReviewed ? reviewOf(status) : null,
    ...pinned,
  } as Participant;
}

/** The review action that leads to this status. */
function reviewOf(status: ApplicationStatus): string {
  return status === 'registered' || status === 'cancelled' ? 'approved' : status;
}

/** The answer of `/me/profile`. */
export function profileOf(person: Participant, connectedAt: number): Json {
  return {
    id: person.user_id,
    first_name: person.first_name,
    last_name: person.last_name,
    display_name: `${person.first_name} ${person.last_name}`,
    email: person.email,
    locale: person.locale,
    connected_at: new Date(connectedAt).toISOString(),
  };
}

/** The answer of `/me/application`. */
export function applicationOf(person: Participant, eventId: string): Json {
  return {
    id: person.application_id,
    event_id: eventId,
    participant_id: person.id,
    user_id: person.user_id,
    application_status: person.application_status,
    custom_form_fields: person.custom_form_fields,
    submitted_at: person.submitted_at,
    last_reviewed_at: person.last_reviewed_at,
    last_review_action: person.last_review_action,
  };
}
