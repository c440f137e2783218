import { resources } from '../api/resources.ts';
import { eventTypes } from '../webhook/event.ts';

/** Of samples; the values do not matter. */
export const sampleContext = {
  id: 'evt_delivery_1',
  occurredAt: '2027-06-10T09:00:00Z',
  eventId: 'evt_1',
  organizationId: 'org_1',
};

export const wordForm = /^[a-z]+(?:_[a-z0-9]+)*$/;

const samples: readonly string[] = eventTypes
  .flatMap(({ data }) => Object.values(data(sampleContext)))
  .filter((value) => typeof value === 'string');

/** Of rows whose samples hold no id, such as locations, threads and waves. Assumed: as the sandbox makes them. */
const furtherPrefixes = ['con_', 'loc_', 'thr_', 'wav_'] as const;

const idPrefixes: ReadonlySet<string> = new Set([
  ...samples.concat(sampleContext.eventId, sampleContext.organizationId).flatMap((text) => {
    return /^[a-z]{3}_(?=.*\d|sample)/.exec(text)?.[0] ?? [];
  }),
  ...furtherPrefixes,
]);

/** The prefix of an id of the contract's, such as `usr_`; empty for another text. */
export function idPrefix(text: string): string {
  const prefix = /^(?:evt_delivery_|[a-z]{3}_)(?=[\w:.-]+$)/.exec(text)?.[0] ?? '';
  return idPrefixes.has(prefix.slice(0, 4)) ? prefix : '';
}

export const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Whether a text is a UUID. */
export function isUuid(text: string): boolean {
  return uuid.test(text);
}

/** What the guide, or the sandbox where the guide is silent, calls statuses, roles, reviews, reasons and states. */
const furtherWords = [
  'registered',
  'waitlisted',
  'cancelled',
  'attendee',
  'speaker',
  'volunteer',
  'organizer',
  'draft',
  'published',
  'archived',
  'available',
  'full',
  'integration_revoked',
  'user_disconnected',
] as const;

const words: ReadonlySet<string> = new Set([
  ...samples.filter((text) => wordForm.test(text) && idPrefix(text) === ''),
  ...resources.flatMap(({ status }) => status?.words ?? []),
  ...furtherWords,
]);

/** Whether a text is a word of the contract. Other words, also later ones, may be what a person wrote. */
export function isContractWord(text: string): boolean {
  return words.has(text);
}

/** Whether every object on the way to a value is a list of rows, a page of them, or the agenda. */
export function isInRows(path: string): boolean {
  return path
    .split('.')
    .slice(0, -1)
    .every((name) => containers.has(name));
}

const containers: ReadonlySet<string> = new Set([
  'data',
  'items',
  'results',
  'days',
  'agenda',
  ...resources.map(({ path }) => path.split('/').at(-1) ?? ''),
]);

/** Whether a path is what handlers are called, such as `/webhooks/revento`; others may name people. */
export function isOpenPath(path: string): boolean {
  return /^(?:\/|(?:\/[a-z]{1,12}){1,4}\/?)$/.test(path);
}
