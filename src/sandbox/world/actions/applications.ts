import * as v from 'valibot';
import { isRecord } from '../../../json/parse.ts';
import type { Json } from '../../../json/value.ts';
import { nothing, optional, optionalText as text } from '../../message/shape.ts';
import { splitCanary } from '../../seed/canaries.ts';
import type { Fields } from '../happening.ts';
import type { ApplicationStatus } from '../people.ts';
import type { ActionRow } from './row.ts';

const answers = optional(
  v.record(
    v.string(),
    v.custom<Json>(() => true),
  ),
  'answers of the registration form; other answers stay',
);
const profile = {
  first_name: text('first name'),
  last_name: text('last name'),
  email: text('e-mail address'),
  locale: text('language, such as de'),
  custom_form_fields: answers,
};

/** A decision of an organizer about an application. Source: guide, participants. */
function review(
  name: string,
  verdict: ApplicationStatus,
  from: readonly ApplicationStatus[],
  summary: string,
): ActionRow {
  return {
    name,
    summary,
    actor: 'organizer',
    subjects: ['participant'],
    from,
    params: nothing,
    sends: `application.${verdict}`,
    change: (_, __, { at, reviewerId }) => ({
      application_status: verdict,
      last_reviewed_at: at,
      last_reviewer_id: reviewerId,
      last_review_action: verdict,
    }),
  };
}

/** What happens to applications and participants. Assumed: from which states, but for the guide's four statuses. */
export const applicationActions: readonly ActionRow[] = [
  {
    name: 'apply',
    summary: 'A new participant applies to the event',
    actor: 'participant',
    subjects: ['participant'],
    from: null,
    params: v.strictObject({ ...profile, role: text('attendee, speaker or volunteer') }),
    sends: 'application.submitted',
    change: ({ fields }, params, { at }) => ({
      ...edited(fields, params),
      application_status: 'pending',
      submitted_at: at,
      last_reviewed_at: null,
      last_reviewer_id: null,
      last_review_action: null,
    }),
  },
  review('approve', 'approved', ['pending', 'rejected', 'revision_requested'], 'An organizer approves an application'),
  review('reject', 'rejected', ['pending', 'approved', 'revision_requested'], 'An organizer rejects an application'),
  review('request-revision', 'revision_requested', ['pending'], 'An organizer asks for an application to be revised'),
  {
    name: 'resubmit',
    summary: 'A participant submits a revised application',
    actor: 'participant',
    subjects: ['participant'],
    from: ['revision_requested'],
    params: v.strictObject(profile),
    sends: 'application.submitted',
    change: ({ fields }, params, { at }) => ({
      ...edited(fields, params),
      application_status: 'pending',
      submitted_at: at,
    }),
  },
  {
    name: 'register',
    summary: 'An approved participant registers',
    actor: 'participant',
    subjects: ['participant'],
    from: ['approved'],
    params: nothing,
    sends: 'participant.registered',
    change: () => ({ application_status: 'registered' }),
  },
  {
    name: 'edit-profile',
    summary: 'A participant changes their profile',
    actor: 'participant',
    subjects: ['participant'],
    from: ['pending', 'approved', 'rejected', 'revision_requested', 'registered'],
    params: v.strictObject(profile),
    sends: 'participant.profile_updated',
    change: ({ fields }, params) => (Object.keys(params).length === 0 ? anotherWish(fields) : edited(fields, params)),
  },
  {
    name: 'cancel',
    summary: 'A participant cancels; only the API shows it',
    actor: 'participant',
    subjects: ['participant'],
    from: ['pending', 'approved', 'revision_requested', 'registered'],
    params: nothing,
    // Source: guide, patterns: no event type stands for a cancellation.
    sends: null,
    change: () => ({ application_status: 'cancelled' }),
  },
];

/** The given fields, with form answers merged into the present ones, and the resulting display name. */
function edited(fields: Fields, params: Fields): Fields {
  const { custom_form_fields: given, ...plain } = params;
  const changed: Record<string, Json> = {};
  for (const [name, value] of Object.entries(plain)) if (value !== undefined) changed[name] = value;
  if (given !== undefined)
    changed['custom_form_fields'] = { ...objectOf(fields['custom_form_fields']), ...objectOf(given) };
  if ('first_name' in changed || 'last_name' in changed) {
    const names = { ...fields, ...changed };
    changed['display_name'] = `${names['first_name']} ${names['last_name']}`;
  }
  return changed;
}

const wishes = ['vegetarian', 'vegan, please', 'gluten-free', 'no nuts'] as const;

/** The default change: the next dinner preference, so that something differs. */
function anotherWish(fields: Fields): Fields {
  const form = objectOf(fields['custom_form_fields']);
  const [notes, canary] = splitCanary(String(form['dietary_notes']));
  const wish = wishes[((wishes as readonly string[]).indexOf(notes) + 1) % wishes.length] ?? wishes[0];
  return { custom_form_fields: { ...form, dietary_notes: wish + canary } };
}

function objectOf(value: Json | undefined): Fields {
  return isRecord(value) ? (value as Fields) : {};
}
