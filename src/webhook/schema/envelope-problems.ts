import { knownType, sampleEnvelope } from '../event.ts';

/** One thing about an envelope that Revento would not send. */
interface EnvelopeProblem {
  /** Names of the members on the way to it; empty for the whole. */
  readonly path: readonly string[];
  readonly message: string;
  /** `error`: the guide says otherwise. `warning`: the fields of this type are an assumption. */
  readonly level: 'error' | 'warning';
}

/** Of a sample; what it holds does not matter here, only of which kind it is. */
const sampleContext = {
  id: 'evt_delivery_01',
  occurredAt: '2026-01-01T00:00:00.000Z',
  eventId: 'evt_01',
  organizationId: 'org_01',
};

/**
 * What is wrong with a body as an envelope of its type: members that are missing or of another kind than in the
 * sample. Further members are never wrong, and an unknown type may have any data.
 *
 * @param value  parsed JSON
 * Source: guide, webhook envelope. Assumed: the fields of types whose rows say so.
 */
export function envelopeProblems(value: unknown): readonly EnvelopeProblem[] {
  if (!isMembers(value)) return [{ path: [], message: 'The body must be a JSON object.', level: 'error' }];
  const { type } = value;
  const row = typeof type === 'string' ? knownType(type) : undefined;
  const { data, ...envelope } = sampleEnvelope(typeof type === 'string' ? type : '', sampleContext);
  const problems = compared(value, { ...envelope, event_id: null, organization_id: null }, [], 'error');
  for (const name of ['event_id', 'organization_id']) {
    const id = value[name];
    if (id === undefined || id === null || typeof id === 'string') continue;
    problems.push({ path: [name], message: `${name} must be a string or null.`, level: 'error' });
  }
  if (!('data' in value)) problems.push({ path: [], message: 'data is missing.', level: 'error' });
  else if (row !== undefined) {
    const level = row.isAssumed === true ? 'warning' : 'error';
    if (isMembers(value['data'])) problems.push(...compared(value['data'], data as Members, ['data'], level));
    else problems.push({ path: ['data'], message: 'data must be an object.', level });
  }
  return problems;
}

type Members = Readonly<Record<string, unknown>>;

/** Free text of the event's own form: any member may be there or not. */
const free: ReadonlySet<string> = new Set(['custom_form_fields']);

function compared(
  value: Members,
  sample: Members,
  path: readonly string[],
  level: EnvelopeProblem['level'],
): EnvelopeProblem[] {
  const problems: EnvelopeProblem[] = [];
  for (const [name, expected] of Object.entries(sample)) {
    const given = value[name];
    const here = [...path, name];
    const shown = here.join('.');
    if (given === undefined) {
      problems.push({ path, message: `${shown} is missing.`, level });
    } else if (expected === null || kindOf(given) === kindOf(expected)) {
      const isTime = name.endsWith('_at') && typeof given === 'string';
      if (isTime && !isTimestamp(given))
        problems.push({ path: here, message: `${shown} must be an ISO 8601 time.`, level });
      if (isMembers(given) && isMembers(expected) && !free.has(name)) {
        problems.push(...compared(given, expected, here, level));
      }
    } else {
      problems.push({ path: here, message: `${shown} must be ${article(kindOf(expected))}.`, level });
    }
  }
  return problems;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'list' : typeof value;
}

function article(kind: string): string {
  return kind === 'object' ? 'an object' : `a ${kind}`;
}

function isMembers(value: unknown): value is Members {
  return kindOf(value) === 'object';
}

function isTimestamp(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) && !Number.isNaN(Date.parse(text));
}
