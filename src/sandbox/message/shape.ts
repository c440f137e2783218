import * as v from 'valibot';

/** A schema with what it means, for the documents. */
export const described = <Schema extends v.GenericSchema>(schema: Schema, about: string) =>
  v.pipe(schema, v.description<v.InferOutput<Schema>, string>(about));

/** A field that may be left out. */
export const optional = <Schema extends v.GenericSchema>(schema: Schema, about: string) =>
  v.exactOptional(described(schema, about));

/** A read-only object. */
export const object = <const Entries extends v.ObjectEntries>(entries: Entries) =>
  v.pipe(v.object(entries), v.readonly());

/** A read-only array. */
export const list = <Item extends v.GenericSchema>(item: Item) => v.pipe(v.array(item), v.readonly());

export const text = (about: string) => described(v.string(), about);
export const optionalText = (about: string) => optional(v.string(), about);

export const nothing = v.strictObject({});
export const loginKind = v.picklist(['installation', 'user']);
export const time = v.pipe(v.string(), v.isoTimestamp('must be a time such as 2027-06-10T09:00:00Z'));
export const httpUrl = v.pipe(
  v.string(),
  v.regex(/^https?:\/\/[^#\s]+$/, 'must be an http or https URL without a fragment'),
);
/** It becomes a header, so it has to be one plain word. */
export const eventType = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9_.-]{0,63}$/, 'must be a word such as application.approved'),
);
export const wholeNumber = (least: number, most: number) =>
  v.pipe(
    v.number(),
    v.integer('must be a whole number'),
    v.minValue(least, `must be at least ${least}`),
    v.maxValue(most, `must be at most ${most}`),
  );
