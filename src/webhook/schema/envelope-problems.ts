import { schemaOfType } from './event-schema.ts';

/** One thing about an envelope that Revento would not send. */
interface EnvelopeProblem {
  /** Names of the members on the way to it; empty for the whole. */
  readonly path: readonly string[];
  readonly message: string;
  /** `error`: the guide says otherwise. `warning`: the field is an assumption. */
  readonly level: 'error' | 'warning';
}

/** The words of JSON Schema that the schemas of events use. */
interface FieldSchema {
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly 'x-choice'?: boolean;
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly required?: readonly string[];
}

/**
 * What is wrong with a body by the schema of its type, in sentences for the editor: members that are missing or of
 * another kind. Further members are never wrong, and an unknown type may have any data.
 *
 * @param value  parsed JSON
 */
export function envelopeProblems(value: unknown): readonly EnvelopeProblem[] {
  if (!isMembers(value)) return [{ path: [], message: 'The body must be a JSON object.', level: 'error' }];
  return problemsOf(value, schemaOfType(value['type']) as FieldSchema, []);
}

type Members = Readonly<Record<string, unknown>>;

function problemsOf(
  value: Members,
  { properties = {}, required = [] }: FieldSchema,
  path: readonly string[],
): EnvelopeProblem[] {
  return Object.entries(properties).flatMap(([name, field]) => {
    const here = [...path, name];
    const isAssumed = field['x-choice'] === true;
    const level = isAssumed ? 'warning' : 'error';
    const given = value[name];
    if (given === undefined) {
      const isMissed = isAssumed || required.includes(name);
      return isMissed ? [{ path, message: `${here.join('.')} is missing.`, level }] : [];
    }
    const wanted = wantedOf(given, field);
    if (wanted !== null) return [{ path: here, message: `${here.join('.')} must be ${wanted}.`, level }];
    return isMembers(given) ? problemsOf(given, field, here) : [];
  });
}

/** What a member has to be instead, in words; null when it is right. */
function wantedOf(given: unknown, { type, format }: FieldSchema): string | null {
  const types = type === undefined ? [] : [type].flat();
  const kind = kindOf(given);
  if (types.length > 0 && !types.includes(kind)) return types.map(withArticle).join(' or ');
  return format === 'date-time' && typeof given === 'string' && !isTimestamp(given) ? 'an ISO 8601 time' : null;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

function withArticle(kind: string): string {
  if (kind === 'null') return kind;
  return /^[aio]/.test(kind) ? `an ${kind}` : `a ${kind}`;
}

function isMembers(value: unknown): value is Members {
  return kindOf(value) === 'object';
}

function isTimestamp(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) && !Number.isNaN(Date.parse(text));
}
