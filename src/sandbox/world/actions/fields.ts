import * as v from 'valibot';
import type { Json } from '../../../json/value.ts';
import type { SandboxEvent } from '../event.ts';
import type { ActionRow } from './row.ts';

/** A field that an action may set. */
export interface ActionField {
  /** The name for `--set`; answers of the registration form have the prefix `custom_form_fields.` */
  readonly name: string;
  readonly about: string;
  /** The only values it may have; empty where any is possible. */
  readonly values: readonly string[];
}

/** The participants whose answers define the form fields. */
const asked = 20;
const form = 'custom_form_fields';

/**
 * The fields that an action may set, from its schema.
 *
 * @param event  whose registration form is used; null leaves the answers out
 */
export function fieldsOf({ params }: ActionRow, event: SandboxEvent | null): readonly ActionField[] {
  const { entries = {} } = params as v.GenericSchema & { readonly entries?: Readonly<Record<string, v.GenericSchema>> };
  return Object.entries(entries).flatMap(([name, schema]) => {
    const { about, values } = describe(schema);
    const answers = name === form && event !== null ? answerNames(event) : [];
    return [
      { name, about, values },
      ...answers.map((answer) => ({ name: `${form}.${answer}`, about: '', values: [] })),
    ];
  });
}

function describe(schema: v.GenericSchema): Pick<ActionField, 'about' | 'values'> {
  const { wrapped, options } = schema as { readonly wrapped?: v.GenericSchema; readonly options?: readonly unknown[] };
  const inside = wrapped === undefined ? { about: '', values: [] } : describe(wrapped);
  const values = options?.filter((one): one is string => typeof one === 'string') ?? inside.values;
  return { about: v.getDescription(schema) ?? inside.about, values };
}

function answerNames(event: SandboxEvent): readonly string[] {
  const people = Array.from({ length: Math.min(asked, event.participantCount) }, (_, index) =>
    event.participant(index),
  );
  return [
    ...new Set(people.flatMap(({ custom_form_fields: answers }) => Object.keys(answers as { [name: string]: Json }))),
  ];
}
