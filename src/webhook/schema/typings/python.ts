import type { EventModel, FieldKind } from './model.ts';

const types: Readonly<Record<FieldKind, string>> = { text: 'str', integer: 'int', object: 'Dict[str, Any]' };

/** Typed dictionaries: the result of `json.loads` has these types, and unknown fields stay. */
export function python(events: readonly EventModel[]): string {
  return [
    'from typing import Any, Dict, Optional, TypedDict',
    ...events.map(({ name, summary, fields }) => {
      const isOpen = fields.every(({ isOptional }) => isOptional);
      const lines = fields.map(
        ({ name: field, kind, isOptional }) => `    ${field}: ${isOptional ? `Optional[${types[kind]}]` : types[kind]}`,
      );
      return `\n\nclass ${name}Data(TypedDict${isOpen ? ', total=False' : ''}):\n    """${summary}"""\n\n${lines.join('\n')}`;
    }),
    '\n\nclass Envelope(TypedDict):\n    id: str\n    type: str\n    occurred_at: str\n    event_id: Optional[str]\n    organization_id: Optional[str]\n    data: Any',
    `\n\nDATA_BY_TYPE = {\n${events.map(({ type, name }) => `    "${type}": ${name}Data,`).join('\n')}\n}\n`,
  ].join('\n');
}
