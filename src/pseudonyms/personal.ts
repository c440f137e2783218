import { resources } from '../api/resources.ts';
import { isRecord } from '../json/parse.ts';
import { eventTypes } from '../webhook/event.ts';
import { idPrefix, isContractWord, sampleContext, wordForm } from './vocabulary.ts';

/**
 * What a field holds. `word`: a word of the contract, such as a status. `published`: what the organizer shows to
 * everybody. `person`: data of a person, and every field that nobody knows.
 */
type Meaning = 'id' | 'time' | 'word' | 'count' | 'published' | 'answers' | 'person';

const timeForm = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/;

/** The fields that the tables of event types and of the read API name. */
const known = new Map<string, Meaning>(
  eventTypes.flatMap(({ data }) =>
    Object.entries(data(sampleContext)).map(([name, value]) => [name, meaningIn(name, value)]),
  ),
);
for (const { status, vocabulary = [] } of resources) {
  for (const name of [...(status === undefined ? [] : [status.field]), ...vocabulary]) known.set(name, 'word');
}

/** By the sample of a field. */
function meaningIn(name: string, sample: unknown): Meaning {
  if (isRecord(sample)) return 'answers';
  if (typeof sample === 'number') return 'count';
  if (name === 'id' || /_ids?$/.test(name)) return 'id';
  if (name.endsWith('_at')) return 'time';
  return wordForm.test(String(sample)) ? 'word' : 'published';
}

/** Whether a text is an id of the contract's, wherever it is. */
export function hasIdForm(text: string): boolean {
  return /^[\w-]+$/.test(text) && idPrefix(text) !== '';
}

/** Where a value is. */
export interface Field {
  /** Its own name, or that of the list it is in; null outside of any object. */
  readonly name: string | null;
  /** It is, at any depth, in an object of answers to a form. */
  readonly isAnswer: boolean;
}

/**
 * What a value is, by its field and by its own look: a sentence in a field for words is not a word.
 *
 * @param published  further fields that are, here, what the organizer publishes
 */
export function meaningOf({ name, isAnswer }: Field, value: unknown, published: readonly string[] = []): Meaning {
  if (isAnswer || name === null) return 'person';
  const meaning = known.get(name) ?? (published.includes(name) ? 'published' : byName(name));
  switch (meaning) {
    case 'word':
      return typeof value === 'string' && isContractWord(value) ? 'word' : 'person';
    case 'time':
      return typeof value === 'string' && timeForm.test(value) ? 'time' : 'person';
    case 'count':
      return typeof value === 'number' ? 'count' : 'person';
    default:
      return meaning;
  }
}

/** Whether the members of a field are answers to a form. */
export function hasAnswers(name: string | null): boolean {
  return name !== null && known.get(name) === 'answers';
}

/** Whether a field holds a name, which is spelled as one. */
export function isNameField(name: string | null): boolean {
  return name !== null && /(?:^|_)(?:name|surname|nickname)$|[a-z]Name$/.test(name);
}

/** Source: guide: names of times end in `_at`. Dates of birth are none of the contract's. */
function byName(name: string): Meaning {
  if (name === 'id' || /_ids?$/.test(name)) return 'id';
  return name.endsWith('_at') && !/birth|born/.test(name) ? 'time' : 'person';
}
