import type { LoginKind } from '../login/login.ts';
import type { Column } from '../output/item.ts';

/** One endpoint of the read API: command, help, access check, paging, columns and completion follow from it. */
export interface Resource {
  /** The words that the user types. */
  readonly words: string;
  readonly summary: string;
  /** Below the API base; `{event_id}` is filled in. */
  readonly path: string;
  /** The kind of login whose token it needs. */
  readonly kind: LoginKind;
  readonly scope: string;
  /** Pages of rows, or one document. */
  readonly isList: boolean;
  /**
   * Shown in a table and CSV when `--columns` names none. Where rows have none of them, every field is shown, so a
   * column may be one that the guide does not name.
   */
  readonly columns: readonly Column[];
  /**
   * Fields the guide names for this resource, for help and completion. No schema is published: an answer may have
   * more, and `--columns` takes those too.
   */
  readonly fields: readonly string[];
  /** Fields we assume here: the guide names them elsewhere, or only as examples of its style. */
  readonly assumedFields: readonly string[];
  /** Fields whose values are words of the contract, besides the status and those of webhooks. */
  readonly vocabulary?: readonly string[];
  /** Fields that hold what the organizer shows to everybody: no data of attendees. Source: guide, the test event. */
  readonly published?: readonly string[];
  /** What `--status` compares, and the words the guide names for it. */
  readonly status?: { readonly field: string; readonly words: readonly string[] };
  /** Its times are those of the event's program and are shown in the event's time zone. */
  readonly isScheduled?: boolean;
  /** The rest of an example's command line in help, and what it does. */
  readonly example?: readonly [rest: string, explains: string];
}

/** Source: guide, API reference. Assumed: that everything but an event, a program and `/me/...` is a list. */
export const resources: readonly Resource[] = [
  {
    words: 'events get',
    summary: 'Show the event',
    path: '/events/{event_id}',
    kind: 'installation',
    scope: 'event.read',
    isList: false,
    columns: [],
    fields: ['title', 'description', 'publish_status'],
    assumedFields: ['id', 'min_age'],
    vocabulary: ['publish_status', 'min_age'],
    published: ['title', 'description', 'timezone', 'participants_count'],
    example: ['--jq .title', 'one field, for a script'],
  },
  {
    words: 'participants list',
    summary: 'List the participants of the event',
    path: '/events/{event_id}/participants',
    kind: 'installation',
    scope: 'participants.read',
    isList: true,
    columns: [
      { path: 'id' },
      { path: 'display_name', title: 'name', leaves: 4, isOptional: true },
      { path: 'email', leaves: 3, isOptional: true },
      { path: 'application_status', title: 'status' },
      { path: 'role' },
      { path: 'last_reviewed_at', title: 'reviewed', leaves: 2 },
      { path: 'last_review_action', title: 'review', leaves: 1 },
    ],
    fields: [
      'id',
      'user_id',
      'application_status',
      'role',
      'custom_form_fields.favorite_track',
      'custom_form_fields.dietary_notes',
      'last_reviewed_at',
      'last_reviewer_id',
      'last_review_action',
    ],
    assumedFields: ['submitted_at', 'connected_at'],
    status: { field: 'application_status', words: ['pending', 'approved', 'rejected', 'revision_requested'] },
    example: ['--columns id,custom_form_fields.dietary_notes', 'choose columns, nested fields among them'],
  },
  {
    words: 'program get',
    summary: 'Show the program of the event as an agenda',
    path: '/events/{event_id}/program',
    kind: 'installation',
    scope: 'program.read',
    isList: false,
    isScheduled: true,
    columns: [],
    fields: [],
    assumedFields: [],
    published: ['title', 'description', 'date', 'position', 'capacity', 'registered_count'],
  },
  {
    words: 'activities list',
    summary: 'List the activities of the program',
    path: '/events/{event_id}/activities',
    kind: 'installation',
    scope: 'program.read',
    isList: true,
    isScheduled: true,
    columns: [
      { path: 'id' },
      { path: 'title' },
      { path: 'status' },
      { path: 'starts_at', title: 'starts', leaves: 2 },
      { path: 'ends_at', title: 'ends', leaves: 1 },
    ],
    fields: ['status'],
    assumedFields: ['id', 'title'],
    published: ['title', 'description', 'capacity', 'registered_count'],
  },
  {
    words: 'threads list',
    summary: 'List the threads of the program',
    path: '/events/{event_id}/threads',
    kind: 'installation',
    scope: 'program.read',
    isList: true,
    columns: [{ path: 'id' }, { path: 'title' }, { path: 'date' }],
    fields: [],
    assumedFields: ['id', 'title'],
    published: ['title', 'date', 'position'],
  },
  {
    words: 'locations list',
    summary: 'List the venues, buildings and floors',
    path: '/events/{event_id}/locations',
    kind: 'installation',
    scope: 'program.read',
    isList: true,
    columns: [{ path: 'id' }, { path: 'type' }, { path: 'name' }, { path: 'parent_id', title: 'in', leaves: 1 }],
    fields: [],
    assumedFields: ['id'],
    published: ['type', 'name'],
  },
  {
    words: 'waves list',
    summary: 'List the registration waves',
    path: '/events/{event_id}/registration-waves',
    kind: 'installation',
    scope: 'program.read',
    isList: true,
    columns: [
      { path: 'id' },
      { path: 'name' },
      { path: 'capacity', leaves: 1 },
      { path: 'opens_at', title: 'opens', leaves: 3 },
      { path: 'closes_at', title: 'closes', leaves: 2 },
    ],
    fields: [],
    assumedFields: ['id'],
    published: ['name', 'position', 'capacity'],
  },
  {
    words: 'me profile',
    summary: "Show the participant's own profile",
    path: '/me/profile',
    kind: 'user',
    scope: 'profile.read',
    isList: false,
    columns: [],
    fields: ['name', 'email'],
    assumedFields: ['id'],
    example: ['--jq .id', 'one field, for a script'],
  },
  {
    words: 'me application',
    summary: "Show the participant's own application",
    path: '/me/application',
    kind: 'user',
    scope: 'event.attendance',
    isList: false,
    columns: [],
    fields: [],
    assumedFields: ['id', 'status', 'submitted_at'],
    example: ['--jq .status', 'one field, for a script'],
  },
];

/** The fields that a resource is known or assumed to have. */
export function knownFields({ fields, assumedFields }: Resource): readonly string[] {
  return [...fields, ...assumedFields];
}

/** The resource that a path below the API base belongs to, or null. */
export function resourceAt(path: string): Resource | null {
  const isAt = (resource: Resource) => new RegExp(`^${resource.path.replace('{event_id}', '[^/]+')}/?$`).test(path);
  return resources.find(isAt) ?? null;
}
