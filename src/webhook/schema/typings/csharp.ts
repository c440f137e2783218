import { type EventModel, type FieldKind, pascal } from './model.ts';

const types: Readonly<Record<FieldKind, string>> = {
  text: 'string',
  integer: 'long?',
  object: 'IDictionary<string, object>',
};

/** Classes of C# 7; each is made from a decoded JSON object, which `All` keeps with its unknown fields. */
export function csharp(events: readonly EventModel[]): string {
  const classes = events.map(({ type, name, summary, fields }) => {
    const members = fields.map(
      ({ name: field, kind }) => `        public ${types[kind]} ${pascal(field)} => ${readers[kind]}(All, "${field}");`,
    );
    return `    /// <summary>${type}: ${summary}</summary>\n    public sealed class ${name}Data\n    {\n        public ${name}Data(IDictionary<string, object> data) { All = data; }\n\n        public IDictionary<string, object> All { get; }\n${members.join('\n')}\n    }`;
  });
  return `using System;\nusing System.Collections.Generic;\n\nnamespace Revento\n{\n${classes.join('\n\n')}\n\n    internal static class Field\n    {\n        private static object Of(IDictionary<string, object> data, string name) =>\n            data.TryGetValue(name, out var value) ? value : null;\n\n        internal static string Text(IDictionary<string, object> data, string name) => (string)Of(data, name);\n\n        internal static long? Integer(IDictionary<string, object> data, string name) =>\n            Of(data, name) is object value ? Convert.ToInt64(value) : (long?)null;\n\n        internal static IDictionary<string, object> Members(IDictionary<string, object> data, string name) =>\n            (IDictionary<string, object>)Of(data, name);\n    }\n}\n`;
}

const readers: Readonly<Record<FieldKind, string>> = {
  text: 'Field.Text',
  integer: 'Field.Integer',
  object: 'Field.Members',
};
