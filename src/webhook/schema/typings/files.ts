import { anyEventSchema } from '../event-schema.ts';
import { typings } from './languages.ts';
import { eventModels } from './model.ts';

/** The text of a file by its name. */
type Texts = Readonly<Record<string, string>>;

/** The schema of deliveries and the types of one language, as the files that starters have in `events/`. */
export function eventFiles(language: string): Texts {
  const typing = typings[language];
  return {
    'event.schema.json': `${JSON.stringify(anyEventSchema(), null, 2)}\n`,
    ...(typing !== undefined && { [typing.file]: typing.text(eventModels()) }),
  };
}
