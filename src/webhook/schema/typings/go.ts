import { type EventModel, type Field, type FieldKind, pascal } from './model.ts';

const types: Readonly<Record<FieldKind, string>> = { text: 'string', integer: 'int', object: 'map[string]any' };

/** Structs; a field that may be missing is a pointer. */
export function go(events: readonly EventModel[]): string {
  return `${[
    'package revento',
    'import "encoding/json"',
    '// Envelope is what every delivery carries. Decode Data by Type.\ntype Envelope struct {\n\tID             string          `json:"id"`\n\tType           string          `json:"type"`\n\tOccurredAt     string          `json:"occurred_at"`\n\tEventID        *string         `json:"event_id"`\n\tOrganizationID *string         `json:"organization_id"`\n\tData           json.RawMessage `json:"data"`\n}',
    ...events.map(
      ({ type, name, summary, fields }) =>
        `// ${name}Data is the data of ${type}: ${summary}.\ntype ${name}Data struct {\n${aligned(fields.map(column)).join('\n')}\n}`,
    ),
  ].join('\n\n')}\n`;
}

function column({ name, kind, isOptional }: Field): readonly [string, string, string] {
  const isPointer = isOptional && kind !== 'object';
  const tag = `\`json:"${name}${isOptional ? ',omitempty' : ''}"\``;
  return [pascal(name).replace(/Id$/, 'ID'), `${isPointer ? '*' : ''}${types[kind]}`, tag];
}

/** As gofmt writes them. */
function aligned(rows: readonly (readonly [string, string, string])[]): string[] {
  const widest = (index: 0 | 1) => Math.max(...rows.map((row) => row[index].length));
  const [first, second] = [widest(0), widest(1)];
  return rows.map(([name, type, tag]) => `\t${name.padEnd(first)} ${type.padEnd(second)} ${tag}`);
}
