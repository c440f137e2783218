import type { EventModel, FieldKind } from './model.ts';

const types: Readonly<Record<FieldKind, string>> = {
  text: 'string',
  integer: 'number',
  object: 'Record<string, unknown>',
};

/** Types that narrow by `type`; an event of an unknown type is the last member of the union. */
export function typescript(events: readonly EventModel[]): string {
  return `${[
    'export interface Envelope<Type extends string, Data, Id = string> {\n  id: string;\n  type: Type;\n  occurred_at: string;\n  event_id: Id;\n  organization_id: Id;\n  data: Data;\n}',
    ...events.map(
      ({ name, summary, fields }) =>
        `/** ${summary} */\nexport interface ${name}Data {\n${fields
          .map(
            (field) =>
              `  ${field.name}${field.isOptional ? '?' : ''}: ${types[field.kind]}${field.isOptional ? ' | null' : ''};\n`,
          )
          .join('')}  [field: string]: unknown;\n}`,
    ),
    `export type KnownEvent =\n${events.map(({ type, name, isIntegrationLevel }) => `  | Envelope<'${type}', ${name}Data${isIntegrationLevel ? ', null' : ''}>`).join('\n')};`,
    'export type UnknownEvent = Envelope<string & {}, Record<string, unknown>, string | null>;',
  ].join('\n\n')}\n`;
}
