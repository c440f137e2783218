import { createHash } from 'node:crypto';
import type { Client } from '../oauth/clients.ts';
import type { Grants } from '../oauth/grants.ts';
import type { RateLimits } from '../read-api/limits.ts';
import { Board } from '../world/board.ts';
import type { SandboxEvent } from '../world/event.ts';
import type { Participant } from '../world/people.ts';
import type { World } from '../world/world.ts';
import { loginRowsOf, printOf } from './login-views.ts';
import type { ReadParamsOf, ResultOf } from './operations.ts';

interface ViewParts {
  readonly world: World;
  readonly clients: readonly Client[];
  readonly grants: Grants;
  /** Null without rate limits. */
  readonly limits: RateLimits | null;
  /** Time of the sandbox. */
  readonly now: () => number;
}

/** The organizer's view of the sandbox, read-only. */
export class Views {
  readonly #parts: ViewParts;
  readonly #boards = new Map<SandboxEvent, Board>();

  constructor(parts: ViewParts) {
    this.#parts = parts;
  }

  applications(event: SandboxEvent, { event_id: _, ...query }: ReadParamsOf<'applications'>): ResultOf<'applications'> {
    const board = this.#boards.get(event) ?? new Board(event);
    this.#boards.set(event, board);
    const { counts, total, people } = board.page(query);
    return { counts, total, applications: people.map(applicationRow) };
  }

  activities(event: SandboxEvent): ResultOf<'activities'> {
    const text = (value: unknown) => (typeof value === 'string' ? value : null);
    const activities = event.program().activities.map((row) => ({
      id: String(row.id),
      title: String(row['title']),
      status: String(row['status']),
      location_id: text(row['location_id']),
      starts_at: text(row['starts_at']),
      ends_at: text(row['ends_at']),
      signups: Number(row['registered_count'] ?? 0),
      capacity: typeof row['capacity'] === 'number' ? row['capacity'] : null,
      capacity_state: String(row['capacity_state']),
    }));
    return { activities };
  }

  consents({ limit }: ReadParamsOf<'consents'>): ResultOf<'consents'> {
    const { world, clients, grants } = this.#parts;
    const all = world.connections;
    const indexes = new Map(grants.families().map(({ consent: { user } }) => [user?.id, user?.index]));
    const nameOf = (eventId: string, userId: string) => {
      const index = indexes.get(userId);
      return index === undefined ? null : (world.event(eventId)?.nameOf(index) ?? null);
    };
    const consents = all
      .slice(-limit)
      .reverse()
      .map(({ id, kind, client_id, event_id, user_id, scope, connected_at, revoked_at }) => ({
        id,
        kind,
        client_id,
        client_name: clients.find((one) => one.id === client_id)?.name ?? client_id,
        event_id,
        user_id,
        user_name: user_id === null ? null : nameOf(event_id, user_id),
        scope,
        connected_at,
        revoked_at,
      }));
    return { total: all.length, consents };
  }

  logins({ limit }: ReadParamsOf<'logins'>): ResultOf<'logins'> {
    const { grants, world, now } = this.#parts;
    return { total: grants.families().length, logins: loginRowsOf(grants, world, now(), limit) };
  }

  budgets(): ResultOf<'budgets'> {
    const { limits, grants } = this.#parts;
    const budgets = (limits?.budgets() ?? []).map(({ token, kind, minute, hour, inFlight }) => {
      const family = grants.find(token)?.family;
      const access = printOf(createHash('sha256').update(token).digest('base64url'));
      const login = family === undefined ? null : family.number + 1;
      return { access_token: access, login, kind, minute, hour, in_flight: inFlight };
    });
    return { limited: limits !== null, budgets };
  }
}

function applicationRow(person: Participant): ResultOf<'applications'>['applications'][number] {
  const { id, email, application_status: status, submitted_at, last_reviewed_at } = person;
  const { display_name: name, role } = person;
  return { id, name: String(name), status, role: String(role ?? ''), email, submitted_at, last_reviewed_at };
}
