import type { Json } from '../../json/value.ts';
import type { LoginKind } from '../../login/login.ts';
import type { HttpResponse } from '../../ports/exchange.ts';
import type { Strike } from '../faults/fault-plan.ts';
import { apiError, json } from '../message/reply.ts';
import type { Incoming } from '../message/request.ts';
import type { AccessState } from '../oauth/grants.ts';
import type { SandboxEvent } from '../world/event.ts';
import { applicationOf, profileOf } from '../world/people.ts';
import type { Rows } from '../world/rows.ts';
import type { Cursors, Place } from './cursor.ts';

/** Source: guide, pagination. */
const defaultLimit = 25;
const maxLimit = 50;

/** One path of the read API. `eventId` is null under `/me`. */
interface Resource {
  readonly kind: LoginKind;
  readonly scope: string;
  read(event: SandboxEvent, access: AccessState): { readonly rows: Rows } | { readonly value: Json };
}

const list = (rows: readonly Json[]): { rows: Rows } => ({
  rows: { count: rows.length, at: (index) => rows[index] ?? null },
});
const person = (event: SandboxEvent, access: AccessState) => event.participant(access.family.consent.user?.index ?? 0);

/** The paths below `/events/{event_id}`. Source: guide, read API. Assumed: which of them are lists. */
const eventResources: Readonly<Record<string, Resource>> = {
  '': {
    kind: 'installation',
    scope: 'event.read',
    read: (event, access) => ({ value: event.describe(access.family.startedAt) }),
  },
  '/participants': {
    kind: 'installation',
    scope: 'participants.read',
    read: (event) => ({ rows: { count: event.participantCount, at: (index) => event.participant(index) } }),
  },
  '/activities': programPart((event) => list(event.program().activities)),
  '/threads': programPart((event) => list(event.program().threads)),
  '/locations': programPart((event) => list(event.program().locations)),
  '/registration-waves': programPart((event) => list(event.program().waves)),
  '/program': programPart((event) => ({ value: event.program().tree })),
};

const userResources: Readonly<Record<string, Resource>> = {
  '/me/profile': {
    kind: 'user',
    scope: 'profile.read',
    read: (event, access) => ({ value: profileOf(person(event, access), access.family.startedAt) }),
  },
  '/me/application': {
    kind: 'user',
    scope: 'event.attendance',
    read: (event, access) => ({ value: applicationOf(person(event, access), event.id) }),
  },
};

/** Every path of the read API, below its base, with the required token and scope. */
export const readRoutes: readonly { readonly path: string; readonly kind: LoginKind; readonly scope: string }[] = [
  ...Object.entries(eventResources).map(([rest, row]) => ({ path: `/events/{event_id}${rest}`, row })),
  ...Object.entries(userResources).map(([path, row]) => ({ path, row })),
].map(({ path, row: { kind, scope } }) => ({ path, kind, scope }));

export const readPaths: readonly string[] = readRoutes.map(({ path }) => path);

function programPart(read: Resource['read']): Resource {
  return { kind: 'installation', scope: 'program.read', read };
}

interface ReadParts {
  readonly events: readonly SandboxEvent[];
  readonly cursors: Cursors;
  /** A fault that some pages have. */
  readonly effect: Strike['effect'];
}

/**
 * Answers a read request with a valid token.
 *
 * @param path  below the API base, such as `/me/profile`
 */
export function answerRead(incoming: Incoming, path: string, access: AccessState, parts: ReadParts): HttpResponse {
  const { requestId } = incoming;
  const refuse = (status: number, code: string, message: string, more: { [field: string]: Json } = {}) =>
    apiError(status, code, message, requestId, [], more);
  const found = resolve(path);
  if (found === null) return refuse(404, 'not_found', 'this path does not exist');
  const { resource, eventId } = found;
  const { consent } = access.family;
  if (consent.kind !== resource.kind) {
    return resource.kind === 'user'
      ? refuse(403, 'user_token_required', 'this path needs a participant’s token')
      : refuse(403, 'installation_token_required', 'this path needs an organizer’s token');
  }
  const event = parts.events.find(({ id }) => id === consent.eventId);
  if (event === undefined || (eventId !== null && eventId !== consent.eventId)) {
    return refuse(403, 'event_not_authorized', 'this token is bound to another event');
  }
  if (!access.scope.includes(resource.scope)) {
    const message = `this path needs the scope ${resource.scope}`;
    return refuse(403, 'insufficient_scope', message, { required_scope: resource.scope });
  }
  const result = resource.read(event, access);
  if ('value' in result) return json(200, result.value);
  const page = readPage(incoming, path, result.rows, parts);
  return 'problem' in page ? refuse(400, 'validation_error', page.problem, { field: page.field }) : json(200, page);
}

function resolve(path: string): { resource: Resource; eventId: string | null } | null {
  const own = Object.hasOwn(userResources, path) ? userResources[path] : undefined;
  if (own) return { resource: own, eventId: null };
  const [, encodedId, rest] = /^\/events\/([^/]+)(\/.*)?$/.exec(path) ?? [];
  if (encodedId === undefined) return null;
  const resource = Object.hasOwn(eventResources, rest ?? '') ? eventResources[rest ?? ''] : undefined;
  return resource ? { resource, eventId: decode(encodedId) } : null;
}

/** A malformed percent-encoding stays as it is, and matches no event. */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

type Page =
  | { readonly data: readonly Json[]; readonly next_cursor: string | null; readonly has_more: boolean }
  | { readonly problem: string; readonly field: string };

function readPage({ query }: Incoming, path: string, rows: Rows, { cursors, effect }: ReadParts): Page {
  const [repeated] = query.repeated();
  if (repeated !== undefined) return { problem: `${repeated} is sent more than once`, field: repeated };
  const limitText = query.get('limit') ?? `${defaultLimit}`;
  const limit = /^[0-9]{1,4}$/.test(limitText) ? Number(limitText) : 0;
  if (limit < 1 || limit > maxLimit) return { problem: `limit must be from 1 to ${maxLimit}`, field: 'limit' };
  const cursor = query.get('cursor');
  const place = cursor === null ? ({ position: 0, variant: 0 } as const) : cursors.read(path, cursor);
  if (place === null) return { problem: 'this cursor was not issued for this list', field: 'cursor' };
  const { position: start, variant } = place;
  const issue = (to: Place) => cursors.issue(path, to, effect === 'cursors');
  if (effect === 'empty') {
    const next = issue({ position: start, variant: variant === 0 ? 1 : 0 });
    return { data: [], next_cursor: next, has_more: true };
  }
  const last = Math.min(start + limit, rows.count);
  const isTurn = effect === 'circle' && (start >= 2 * limit || last === rows.count);
  // Back to the second page; a list of one page has only the first.
  const end = isTurn ? Math.min(limit, start) : last;
  const hasMore = end < rows.count;
  return {
    data: Array.from({ length: Math.max(0, last - start) }, (_, offset) => rows.at(start + offset)),
    next_cursor: hasMore ? issue({ position: end, variant: 0 }) : null,
    has_more: hasMore,
  };
}
