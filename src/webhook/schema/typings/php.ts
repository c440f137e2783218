import { camel, type EventModel, type FieldKind } from './model.ts';

const types: Readonly<Record<FieldKind, string>> = { text: 'string', integer: 'int', object: 'array' };

/** Read-only classes; `all` holds every field unchanged, unknown ones too. */
export function php(events: readonly EventModel[]): string {
  return `<?php\n\ndeclare(strict_types=1);\n\nnamespace Revento;\n\n${events
    .map(({ type, name, summary, fields }) => {
      const members = fields.map(
        ({ name: field, kind, isOptional }) =>
          `        public readonly ${isOptional ? '?' : ''}${types[kind]} $${camel(field)},`,
      );
      const values = fields.map(
        ({ name: field, isOptional }) => `            $data['${field}']${isOptional ? ' ?? null' : ''},`,
      );
      return `/** ${type}: ${summary} */\nfinal class ${name}Data\n{\n    /** @param array<string, mixed> $all */\n    private function __construct(\n${members.join('\n')}\n        public readonly array $all,\n    ) {\n    }\n\n    /** @param array<string, mixed> $data */\n    public static function from(array $data): self\n    {\n        return new self(\n${values.join('\n')}\n            $data,\n        );\n    }\n}`;
    })
    .join('\n\n')}\n`;
}
