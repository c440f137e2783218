import type { Json } from '../../json/value.ts';
import { hasMarker, type Marker, markerOf, markerPrefix } from '../../privacy/marker.ts';
import type { Participant } from '../world/people.ts';

/** Answers that are chosen from a list: a marker in them would not be a valid answer. */
const chosen: ReadonlySet<string> = new Set(['favorite_track', 't_shirt_size']);

/** The participant with a marker in each name, in the email address and in each answer that is free text. */
export function withCanaries(person: Participant, seed: number, index: number): Participant {
  const mark = (kind: Marker['kind'], slot: number) => markerOf({ kind, slot, seed, index });
  const first_name = joined(person.first_name, mark('name', 0));
  const last_name = joined(person.last_name, mark('name', 1));
  let slot = 0;
  const marked = (answer: Json): Json => {
    if (typeof answer === 'string') return joined(answer, mark('answer', slot++));
    if (Array.isArray(answer)) return answer.map(marked);
    if (typeof answer !== 'object' || answer === null) return answer;
    const entries = Object.entries(answer).map(([name, one = null]) => [name, chosen.has(name) ? one : marked(one)]);
    return Object.fromEntries(entries);
  };
  const { custom_form_fields: answers } = person;
  return {
    ...person,
    first_name,
    last_name,
    display_name: `${first_name} ${last_name}`,
    email: `${mark('email', 0)}.${person.email.replace(/@.*/s, '')}@example.com`,
    custom_form_fields: marked(answers) as Participant['custom_form_fields'],
  };
}

/** A text without the marker at its end, and that marker with the space before it. */
export function splitCanary(text: string): readonly [text: string, canary: string] {
  const at = text.lastIndexOf(markerPrefix);
  if (at === -1 || !hasMarker(text.slice(at))) return [text, ''];
  const plain = text.slice(0, at).trimEnd();
  return [plain, text.slice(plain.length)];
}

function joined(text: string, marker: string): string {
  return text === '' ? marker : `${text} ${marker}`;
}
