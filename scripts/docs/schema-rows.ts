import { type JsonSchema, shapePrefix } from '../../src/sandbox/openapi/json-schema.ts';

/** A row of a table of fields. */
export interface FieldRow {
  /** Path in the value, such as `entries[].at`; empty for the whole value. */
  readonly name: string;
  /** In Markdown; a shape is a link to its table. */
  readonly type: string;
  readonly meaning: string;
}

/** The parameters of an operation. */
export function parametersOf(schema: JsonSchema, path: string): readonly FieldRow[] {
  const required = listOf(schema['required']);
  return propertiesOf(schema).map(([name, property]) => {
    const fallback = property['default'];
    const isOptional = !required.includes(name);
    const meaning = [
      textOf(property),
      path.includes(`{${name}}`) ? 'part of the path' : '',
      !isOptional ? 'required' : fallback === undefined ? '' : `default: \`${JSON.stringify(fallback)}\``,
    ];
    return { name, type: typeOf(property), meaning: meaning.filter((part) => part !== '').join('; ') };
  });
}

/** Every field of an answer; nested fields follow their parent. */
export function fieldsOf(schema: JsonSchema, at = ''): readonly FieldRow[] {
  const choices = alternativesOf(schema);
  const inner = choices.flatMap((choice) => fieldsInside(choice, at));
  const isBare = at === '' && propertiesOf(schema).length > 0;
  const own = isBare ? [] : [{ name: at, type: typeOf(schema), meaning: textOf(schema) }];
  return [...own, ...inner.filter(({ name }, index) => inner.findIndex((one) => one.name === name) === index)];
}

function fieldsInside(schema: JsonSchema, at: string): readonly FieldRow[] {
  const items = schema['items'];
  if (isSchema(items)) return fieldsOf(items, `${at}[]`).filter(({ name }) => name !== `${at}[]`);
  return propertiesOf(schema).flatMap(([name, property]) => fieldsOf(property, at === '' ? name : `${at}.${name}`));
}

/** The type of a value, without null. */
function alternativesOf(schema: JsonSchema): readonly JsonSchema[] {
  const given = schema['anyOf'] ?? schema['oneOf'];
  if (!Array.isArray(given)) return [schema];
  return given
    .filter(isSchema)
    .flatMap(alternativesOf)
    .filter(({ type }) => type !== 'null');
}

function typeOf(schema: JsonSchema): string {
  const given = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(given)) return [...new Set(given.filter(isSchema).map(typeOf))].join(' or ');
  const reference = schema['$ref'];
  if (typeof reference === 'string') {
    const name = reference.slice(shapePrefix.length);
    return `[${name}](#${anchorOf(name)})`;
  }
  if (schema['const'] !== undefined) return `\`${JSON.stringify(schema['const'])}\``;
  if (Array.isArray(schema['enum'])) return schema['enum'].map((value) => `\`${JSON.stringify(value)}\``).join(' or ');
  const items = schema['items'];
  if (isSchema(items)) return `list of ${plural(typeOf(items))}`;
  const { type, format } = schema;
  if (typeof type !== 'string') return 'any JSON';
  return format === 'date-time' ? 'time, ISO 8601' : type;
}

function plural(type: string): string {
  return /^(string|number|object|integer)$/.test(type) ? `${type}s` : type;
}

function textOf({ description }: JsonSchema): string {
  return typeof description === 'string' ? description : '';
}

function propertiesOf({ properties }: JsonSchema): readonly (readonly [name: string, schema: JsonSchema])[] {
  return isSchema(properties) ? (Object.entries(properties) as [string, JsonSchema][]) : [];
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The anchor that GitHub gives a heading. */
export function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');
}
