import { mapJson, type Place } from './map-json.ts';
import type { People } from './people.ts';
import { hasIdForm, isNameField, meaningOf } from './personal.ts';
import { idLike, numberLike, standIn } from './stand-in.ts';

/** An event type, such as `application.approved`. */
const typeForm = /^[a-z]+(?:_[a-z]+)*(?:\.[a-z]+(?:_[a-z]+)*)+$/;
/** What a schema calls a field; longer names, other characters and many digits are data. */
const keyForm = /^(?!(?:.*\d){4})[a-z_$][\w$-]{0,63}$/;

/** Whether a place, or one that it is in, was named by the user. */
function isKept(path: string, kept: readonly string[]): boolean {
  return kept.some((one) => path === one || path.startsWith(`${one}.`));
}

/**
 * A JSON value whose people are made up. Ids are mapped, event types, times and words of the contract stay.
 *
 * @param json  valid JSON
 * @param kept  paths to leave alone, such as `data.custom_form_fields.favorite_track`
 */
export function scrubJson(json: string, people: People, kept: readonly string[] = [], root?: Place): string {
  return mapJson(
    json,
    {
      text: (value, place) =>
        place.path !== 'type' && isKept(place.path, kept) ? value : scrubText(value, place, people),
      other: (raw, place) => (isKept(place.path, kept) ? raw : scrubOther(raw, place, people)),
      key: (name, place) => (isKept(place.path, kept) ? name : scrubKey(name, people)),
    },
    root,
  );
}

/** An event type, or what takes its place. */
export function scrubType(type: string, people: People): string {
  return typeForm.test(type) ? type : standIn(type, people);
}

/** The name of a field, unless it looks like data: an object may have a member for each person. */
export function scrubKey(name: string, people: People): string {
  return isSchemaKey(name) ? name : hasIdForm(name) ? idLike(name, people) : standIn(name, people);
}

/** Whether a name is what a schema calls a field. */
export function isSchemaKey(name: string): boolean {
  return keyForm.test(name) && !hasIdForm(name);
}

export function hasTypeForm(text: string): boolean {
  return typeForm.test(text);
}

function scrubText(value: string, place: Place, people: People): string {
  if (value === '') return value;
  if (place.path === 'type') return scrubType(value, people);
  switch (meaningOf(place, value)) {
    case 'time':
    case 'word':
      return value;
    case 'id':
      return idLike(value, people);
    default:
      return hasIdForm(value) ? idLike(value, people) : standIn(value, people, { isName: isNameField(place.name) });
  }
}

function scrubOther(raw: string, place: Place, people: People): string {
  if (raw === 'true' || raw === 'false') return raw;
  return meaningOf(place, Number(raw)) === 'count' ? raw : numberLike(raw, people);
}
