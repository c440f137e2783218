import type { Json } from '../../json/value.ts';
import { idOf, pick, roll } from './random.ts';

/** One row of a list of the read API. */
export type Row = { readonly [field: string]: Json };

/** Everything `program.read` opens. */
export interface Program {
  readonly threads: readonly Row[];
  readonly activities: readonly Row[];
  readonly locations: readonly Row[];
  readonly waves: readonly Row[];
  /** The same, as one tree: days, their threads, their activities. */
  readonly tree: Json;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const threadNames = ['Main stage', 'Workshops', 'Community corner', 'Night program'] as const;
const topics = [
  'Accessible forms',
  'Streaming data without tears',
  'The café that ran on webhooks',
  'Designing for failure',
  'Inside the scheduler',
  'Type systems for humans',
  'Maps, “places” & people',
  'Open badges',
  'Hands-on: your first integration',
  'Ask an organizer',
  'Lightning talks',
  'Zero to 日本語: fonts that work',
] as const;
const speakers = ['Zoë van der Berg', 'Łukasz Wójcik', 'Ngozi Okafor', '田中 美咲', 'Søren Kjærgaard'] as const;

/**
 * The program of an event: `days` days, four threads a day, 8 to 12 activities a thread.
 *
 * @param startsOn  midnight UTC of the first day, milliseconds since the Unix epoch
 */
export function buildProgram(seed: number, eventId: string, startsOn: number, days: number): Program {
  const locations = buildLocations(seed, eventId);
  const rooms = locations.filter(({ type }) => type === 'room');
  const threads: Row[] = [];
  const activities: Row[] = [];
  const tree: Json[] = [];
  for (let day = 0; day < days; day++) {
    const dayStart = startsOn + day * dayMs;
    const date = new Date(dayStart).toISOString().slice(0, 10);
    const branches: Json[] = [];
    for (const [place, name] of threadNames.entries()) {
      const index = threads.length;
      const thread: Row = {
        id: idOf('thr', seed, index),
        event_id: eventId,
        title: name,
        date,
        position: place + 1,
        location_id: rooms[index % rooms.length]?.id ?? null,
      };
      const own = buildActivities({ seed, eventId, thread, place, dayStart, first: activities.length });
      threads.push(thread);
      activities.push(...own);
      branches.push({ ...thread, activities: own });
    }
    tree.push({ date, threads: branches });
  }
  return {
    threads,
    activities,
    locations,
    waves: buildWaves(seed, eventId),
    tree: { event_id: eventId, days: tree },
  };
}

interface ThreadPlan {
  readonly seed: number;
  readonly eventId: string;
  readonly thread: Row;
  readonly place: number;
  readonly dayStart: number;
  /** Index of the thread's first activity among all. */
  readonly first: number;
}

function buildActivities({ seed, eventId, thread, place, dayStart, first }: ThreadPlan): Row[] {
  const isNight = place === threadNames.length - 1;
  const opensAt = dayStart + (isNight ? 17 : 8) * hourMs;
  const slotMs = (isNight ? 30 : 45) * 60_000;
  const count = 8 + (roll(seed, 'activities', first) % 5);
  return Array.from({ length: count }, (_, slot): Row => {
    const index = first + slot;
    const capacity = 20 * (1 + (roll(seed, 'capacity', index) % 10));
    const taken = Math.min(capacity, roll(seed, 'taken', index) % (capacity + 20));
    return {
      id: idOf('act', seed, index),
      event_id: eventId,
      thread_id: thread.id ?? null,
      location_id: thread.location_id ?? null,
      title: topics[(index + place * 5) % topics.length] ?? topics[0],
      description: 'Sandbox data: not a real event, but in the same format.',
      status: roll(seed, 'cancelled', index) % 23 === 0 ? 'cancelled' : 'scheduled',
      min_age: isNight ? 'age_18_plus' : 'age_all',
      speakers: [pick(speakers, seed, 'speaker', index)],
      capacity,
      registered_count: taken,
      capacity_state: taken >= capacity ? 'full' : taken > capacity * 0.8 ? 'nearly_full' : 'available',
      starts_at: new Date(opensAt + slot * slotMs).toISOString(),
      ends_at: new Date(opensAt + (slot + 1) * slotMs).toISOString(),
    };
  });
}

/** Two venues, their buildings, floors and rooms; each row names its parent. */
export function buildLocations(seed: number, eventId: string): Row[] {
  const rows: Row[] = [];
  const add = (type: string, name: string, parentId: string | null): string => {
    const id = idOf('loc', seed, rows.length);
    rows.push({ id, event_id: eventId, type, name, parent_id: parentId });
    return id;
  };
  for (const [venueName, buildings] of [
    ['Kulturforum Süd', ['Hauptgebäude', 'Werkstatt']],
    ['Riverside Hall', ['North Wing']],
  ] as const) {
    const venueId = add('venue', venueName, null);
    for (const buildingName of buildings) {
      const buildingId = add('building', buildingName, venueId);
      for (const [level, floorName] of ['Ground floor', 'First floor'].entries()) {
        const floorId = add('floor', floorName, buildingId);
        for (const room of [1, 2]) add('room', `${buildingName} ${level}.${room}`, floorId);
      }
    }
  }
  return rows;
}

export function buildWaves(seed: number, eventId: string): Row[] {
  const month = (index: number) => new Date(Date.UTC(2026, index, 12, 9)).toISOString();
  return ['Early bird', 'Regular', 'Last call'].map((name, index) => ({
    id: idOf('wav', seed, index),
    event_id: eventId,
    name,
    position: index + 1,
    capacity: [100, 300, 50][index] ?? 100,
    opens_at: month(index * 2),
    closes_at: month(index * 2 + 2),
  }));
}
