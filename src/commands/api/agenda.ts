import { isRecord, type JsonRecord, parseRecord } from '../../json/parse.ts';
import { type Calendar, calendarOf, localCalendar, momentOf } from '../../output/moment.ts';
import { sanitizeLine } from '../../text/sanitize.ts';
import type { Style } from '../../text/style.ts';

/** An activity as the agenda shows it. */
interface Entry {
  readonly start: Date;
  readonly end: Date | null;
  readonly title: string;
  /** Speakers, then what is unusual. */
  readonly about: string;
  readonly id: string;
}

/**
 * A program as an agenda: days, in them threads, in them activities with their times.
 *
 * Assumed: the shape `days` > `threads` > `activities`, which the guide leaves open.
 *
 * @param zone  the event's time zone; null for the one of this machine
 * @returns null for a document of another shape
 */
export function agendaText(json: string, zone: string | null, style: Style): string | null {
  const days = listIn(parseRecord(json), 'days');
  const calendar = (zone === null ? null : calendarOf(zone)) ?? localCalendar;
  const entriesOf = (thread: JsonRecord) => {
    const entries = listIn(thread, 'activities')
      .map(entryOf)
      .filter((entry) => entry !== null);
    return entries.sort((one, other) => one.start.getTime() - other.start.getTime());
  };
  const parts = days.flatMap((day) => {
    const threads = listIn(day, 'threads').map((thread) => ({
      title: textIn(thread, 'title'),
      entries: entriesOf(thread),
    }));
    const first = threads.flatMap(({ entries }) => entries).at(0);
    if (first === undefined) return [];
    const head = `${calendar.day(first.start)} (${calendar.offset(first.start)})`;
    const lines = threads.flatMap(({ title, entries }) =>
      entries.length === 0 ? [] : [`  ${style.bold(title || '(no thread)')}`, ...linesOf(entries, calendar, style)],
    );
    return [[style.bold(head), ...lines].join('\n')];
  });
  return parts.length === 0 ? null : parts.join('\n\n');
}

function linesOf(entries: readonly Entry[], calendar: Calendar, style: Style): string[] {
  return entries.map(({ start, end, title, about, id }) => {
    const times = end === null ? calendar.time(start) : `${calendar.time(start)}-${calendar.time(end)}`;
    return `    ${times.padEnd(11)}  ${[title, about, style.dim(id)].filter((part) => part !== '').join('  ')}`;
  });
}

function entryOf(activity: JsonRecord): Entry | null {
  const start = momentOf(textIn(activity, 'starts_at'));
  if (start === null) return null;
  const speakers = activity['speakers'];
  const names = Array.isArray(speakers) ? speakers.filter((name) => typeof name === 'string').map(sanitizeLine) : [];
  const status = textIn(activity, 'status');
  const unusual = [
    ...(status === '' || status === 'scheduled' ? [] : [status]),
    ...(textIn(activity, 'capacity_state') === 'full' ? ['full'] : []),
  ];
  return {
    start,
    end: momentOf(textIn(activity, 'ends_at')),
    title: textIn(activity, 'title'),
    about: [names.join(', '), ...unusual.map((word) => `(${word})`)].filter((part) => part !== '').join(' '),
    id: textIn(activity, 'id'),
  };
}

function listIn(record: JsonRecord | null, name: string): JsonRecord[] {
  const list = record?.[name];
  return Array.isArray(list) ? list.filter(isRecord) : [];
}

function textIn(record: JsonRecord, name: string): string {
  const value = record[name];
  return typeof value === 'string' ? sanitizeLine(value) : '';
}
