import type { Json } from '../../json/value.ts';
import type { PinnedActivity } from '../seed/seed-document.ts';
import { capacityState } from './actions/activities.ts';
import { buildLocations, buildWaves, type Program, type Row } from './event-program.ts';
import { idOf } from './random.ts';

const hourMs = 3_600_000;

interface OwnProgramPlan {
  readonly seed: number;
  readonly eventId: string;
  /** Midnight UTC of the first day, milliseconds since the Unix epoch. */
  readonly startsOn: number;
  readonly activities: readonly PinnedActivity[];
}

/** A program of exactly these activities, with the threads they name, and made-up locations and waves. */
export function ownProgram({ seed, eventId, startsOn, activities: pinned }: OwnProgramPlan): Program {
  const locations = buildLocations(seed, eventId);
  const rooms = locations.filter(({ type }) => type === 'room');
  const threads: Row[] = [];
  const threadOf = (title: string, date: string): Row => {
    const known = threads.find((row) => row.title === title && row.date === date);
    if (known !== undefined) return known;
    const thread: Row = {
      id: idOf('thr', seed, threads.length),
      event_id: eventId,
      title,
      date,
      position: threads.filter((row) => row.date === date).length + 1,
      location_id: rooms[threads.length % rooms.length]?.id ?? null,
    };
    threads.push(thread);
    return thread;
  };
  const activities = pinned.map(({ thread: title = 'Main stage', ...given }, index): Row => {
    const startsAt = Date.parse(given.starts_at ?? '') || startsOn + (9 + (index % 9)) * hourMs;
    const thread = threadOf(title, new Date(startsAt).toISOString().slice(0, 10));
    const { capacity = 100, registered_count: taken = 0 } = given;
    return {
      id: idOf('act', seed, index),
      event_id: eventId,
      thread_id: thread.id ?? null,
      location_id: thread.location_id ?? null,
      title: `Activity ${index + 1}`,
      description: '',
      status: 'scheduled',
      min_age: 'age_all',
      speakers: [],
      capacity,
      registered_count: taken,
      capacity_state: capacityState(taken, capacity),
      starts_at: new Date(startsAt).toISOString(),
      ends_at: new Date(startsAt + hourMs).toISOString(),
      ...given,
    };
  });
  const dates = [...new Set(threads.map(({ date }) => date))].sort();
  const days = dates.map(
    (date): Json => ({
      date: date ?? null,
      threads: threads
        .filter((thread) => thread.date === date)
        .map((thread) => ({ ...thread, activities: activities.filter(({ thread_id: id }) => id === thread.id) })),
    }),
  );
  return { threads, activities, locations, waves: buildWaves(seed, eventId), tree: { event_id: eventId, days } };
}
