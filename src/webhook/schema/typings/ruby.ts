import type { EventModel } from './model.ts';

/** Structs with keywords; `all` holds every field unchanged, unknown ones too. */
export function ruby(events: readonly EventModel[]): string {
  return `# frozen_string_literal: true\n\nmodule Revento\n${events
    .map(({ type, name, summary, fields }) => {
      const names = fields.map(({ name: field }) => `:${field}`).join(', ');
      return `  # ${type}: ${summary}\n  ${name}Data = Struct.new(${names}, :all, keyword_init: true) do\n    def self.from(data)\n      known = members - [:all]\n      new(**known.to_h { |name| [name, data[name.to_s]] }, all: data)\n    end\n  end`;
    })
    .join('\n\n')}\nend\n`;
}
