import type { People } from './people.ts';
import { respelled } from './spelling.ts';
import { idPrefix, isUuid, uuid } from './vocabulary.ts';

/** A text of one form, and what takes its place. */
interface Form {
  readonly pattern: RegExp;
  readonly standIn: (text: string, people: People) => string;
}

/** A hexadecimal digit in each case. */
const hex = ['0123456789abcdef', '0123456789ABCDEF'] as const;
const dayMs = 86_400_000;
const firstDay = Date.UTC(1920, 0, 1) / dayMs;
/** Dates of birth stay in the past: they are swapped among those before it, later dates among those after it. */
const middleDay = Date.UTC(2010, 0, 1) / dayMs;
const lastDay = Date.UTC(2100, 0, 1) / dayMs;

const isoDate = /^(\d{4}-\d\d-\d\d)(?:([T ])(\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/;

/** The first that fits decides. */
const forms: readonly Form[] = [
  { pattern: uuid, standIn: uuidLike },
  { pattern: /^[^\s@]+@[^\s@]+$/, standIn: mailLike },
  { pattern: /^[a-z][a-z\d+.-]*:\/\//i, standIn: urlLike },
  { pattern: isoDate, standIn: dateLike },
  { pattern: /^\d{1,2}[./-]\d{1,2}[./-]\d{4}$/, standIn: writtenDateLike },
  { pattern: /^\d{1,3}(\.\d{1,3}){3}$/, standIn: addressLike },
  // Phone numbers, postal codes, bank accounts.
  { pattern: /^[+(]?\d[\d\s()./-]*$/, standIn: (text, people) => people.coded('digits', text) },
];

/** Capitalized, or of a script without capitals: a person's name rather than an answer. */
const nameWord = String.raw`[\p{Lu}\p{Lo}][\p{L}\p{M}'’.-]*`;
const name = new RegExp(String.raw`^${nameWord}(?: [\p{L}\p{M}'’.-]+){0,3}(?<= ${nameWord}|^${nameWord})$`, 'u');

/** What takes the place of a personal text. Of the same form, length and script; empty for an empty one. */
export function standIn(text: string, people: People, { isName = false } = {}): string {
  if (text === '') return text;
  const form = forms.find(({ pattern }) => pattern.test(text));
  if (form !== undefined) return form.standIn(text, people);
  return isName || name.test(text) ? people.name(text) : people.freeText(text);
}

/** An id keeps its prefix, such as `usr_`, which says what it is the id of. */
export function idLike(id: string, people: People): string {
  if (isUuid(id)) return uuidLike(id, people);
  if (/[^\w:.-]/.test(id)) return standIn(id, people);
  const prefix = idPrefix(id);
  return prefix + people.coded('id', id.slice(prefix.length));
}

/** A number keeps its sign, its digits' count, its point and its exponent. */
export function numberLike(number: string, people: People): string {
  const exponent = /[eE].*$/.exec(number)?.[0] ?? '';
  const mantissa = number.slice(0, number.length - exponent.length);
  const first = mantissa.search(/[1-9]/);
  const alphabetOf = (character: string, index: number) => {
    if (index < first || first === -1 || !/\d/.test(character)) return '';
    return index === first ? '123456789' : '0123456789';
  };
  return people.coded('number', mantissa, alphabetOf) + exponent;
}

/** A domain of nobody. Source: RFC 2606, `.example` is reserved. */
function domainLike(domain: string, people: People): string {
  const folded = domain.toLowerCase();
  const label = 'x'.repeat(Math.max(4, folded.length - '.example'.length));
  return people.unique('domain', folded, (draw, isPlain) => `${respelled(label, draw, isPlain)}.example`);
}

function mailLike(mail: string, people: People): string {
  const at = mail.lastIndexOf('@');
  return `${people.name(mail.slice(0, at))}@${domainLike(mail.slice(at + 1), people)}`;
}

function urlLike(url: string, people: People): string {
  const [, scheme = '', host = '', rest = ''] = /^([^:]+:\/\/)([^/?#]*)(.*)$/s.exec(url) ?? [];
  return schemeLike(scheme, people) + domainLike(host, people) + restLike(rest, people);
}

/** An app has a scheme of its own, which may be called as a person is. @param scheme  with `://` */
function schemeLike(scheme: string, people: People): string {
  if (/^(?:https?|wss?|ftps?|sftp|ssh|git|webcal):/i.test(scheme)) return scheme;
  return `${people.unique('scheme', scheme.slice(0, -3), (draw, isPlain) => respelled(`x${scheme.slice(1, -3)}`, draw, isPlain))}://`;
}

/** The path and the query of a URL. */
export function restLike(rest: string, people: People): string {
  // What percent signs encode is text, too.
  const open = rest.replace(/%[0-9a-f]{2}/gi, 'xxx');
  return rest.length < 2 ? rest : people.unique('path', rest, (draw, isPlain) => respelled(open, draw, isPlain));
}

function uuidLike(id: string, people: People): string {
  const isUpper = id !== id.toLowerCase();
  // The digits that say which kind of UUID it is stay.
  const alphabetOf = (character: string, index: number) =>
    character === '-' || index === 14 || index === 19 ? '' : hex[isUpper ? 1 : 0];
  return people.coded('uuid', isUpper ? id.toUpperCase() : id, alphabetOf);
}

function dateLike(text: string, people: People): string {
  const [, date = '', between, hour, minute, second, fraction = '', zone = ''] = isoDate.exec(text) ?? [];
  const day = Date.parse(`${date}T00:00:00Z`) / dayMs;
  const [from, to] = day < middleDay ? [firstDay, middleDay] : [middleDay, lastDay];
  if (!(day >= from && day < to) || new Date(day * dayMs).toISOString().slice(0, 10) !== date) {
    return people.coded('digits', text);
  }
  const other = from + people.number('day', day - from, to - from);
  const made = new Date(other * dayMs).toISOString().slice(0, 10);
  if (between === undefined) return made;
  const minutes = people.number('minute', (Number(hour) % 24) * 60 + (Number(minute) % 60), 1_440);
  const clock = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':');
  const seconds =
    second === undefined ? '' : `:${String(people.number('second', Number(second) % 60, 60)).padStart(2, '0')}`;
  return `${made}${between}${clock}${seconds}${people.coded('fraction', fraction)}${zone}`;
}

/** Day and month in either order: both are a month's number. */
function writtenDateLike(text: string, people: People): string {
  return people.unique('date', text, (draw) =>
    text
      .replace(/\b\d{1,2}\b/g, (part) =>
        part.length === 1 ? String(1 + draw(9)) : String(1 + draw(12)).padStart(2, '0'),
      )
      .replace(/\d{4}/, (year) => String(Number(year) < 2010 ? 1930 + draw(80) : 2010 + draw(80))),
  );
}

/** Of a private network. */
function addressLike(text: string, people: People): string {
  return people.unique('address', text, (draw) => `10.${draw(256)}.${draw(256)}.${draw(256)}`);
}
