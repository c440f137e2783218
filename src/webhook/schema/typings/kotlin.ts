import { camel, type EventModel, type FieldKind } from './model.ts';

const types: Readonly<Record<FieldKind, string>> = { text: 'String', integer: 'Long', object: 'Map<String, Any?>' };

/** Data classes; each is made from a decoded JSON object, which `all` keeps with its unknown fields. */
export function kotlin(events: readonly EventModel[]): string {
  return `${[
    'package revento',
    'private fun integer(value: Any?): Long? = (value as Number?)?.toLong()',
    '@Suppress("UNCHECKED_CAST")\nprivate fun members(value: Any?): Map<String, Any?>? = value as Map<String, Any?>?',
    ...events.map(({ type, name, summary, fields }) => {
      const members = fields.map(
        ({ name: field, kind, isOptional }) => `    val ${camel(field)}: ${types[kind]}${isOptional ? '?' : ''},`,
      );
      const values = fields.map(
        ({ name: field, kind, isOptional }) => `            ${value(field, kind, isOptional)},`,
      );
      return `/** ${type}: ${summary} */\ndata class ${name}Data(\n${members.join('\n')}\n    val all: Map<String, Any?>,\n) {\n    companion object {\n        fun from(data: Map<String, Any?>) = ${name}Data(\n${values.join('\n')}\n            data,\n        )\n    }\n}`;
    }),
  ].join('\n\n')}\n`;
}

function value(field: string, kind: FieldKind, isOptional: boolean): string {
  const found = `data["${field}"]`;
  if (kind === 'text') return `${found} as String${isOptional ? '?' : ''}`;
  return `${kind === 'integer' ? 'integer' : 'members'}(${found})${isOptional ? '' : '!!'}`;
}
