import { camel, type EventModel, type FieldKind } from './model.ts';

const types: Readonly<Record<FieldKind, string>> = {
  text: 'String',
  integer: 'Long',
  object: 'Map<String, Object>',
};

/** Records; each is made from a decoded JSON object, which `all` keeps with its unknown fields. */
export function java(events: readonly EventModel[]): string {
  const records = events.map(({ type, name, summary, fields }) => {
    const components = [
      ...fields.map(({ name: field, kind }) => `${types[kind]} ${camel(field)}`),
      'Map<String, Object> all',
    ];
    const values = [...fields.map(({ name: field, kind }) => `${read[kind]}(data.get("${field}"))`), 'data'];
    return `    /** ${type}: ${summary} */\n    public record ${name}Data(${components.join(', ')}) {\n        public static ${name}Data from(Map<String, Object> data) {\n            return new ${name}Data(${values.join(', ')});\n        }\n    }`;
  });
  return `import java.util.Map;\n\n/** Data of Revento's webhooks. A field that is missing is null. */\npublic final class ReventoEvents {\n    private ReventoEvents() {\n    }\n\n${records.join('\n\n')}\n\n    private static String text(Object value) {\n        return (String) value;\n    }\n\n    private static Long integer(Object value) {\n        return value == null ? null : ((Number) value).longValue();\n    }\n\n    @SuppressWarnings("unchecked")\n    private static Map<String, Object> object(Object value) {\n        return (Map<String, Object>) value;\n    }\n}\n`;
}

const read: Readonly<Record<FieldKind, string>> = { text: 'text', integer: 'integer', object: 'object' };
