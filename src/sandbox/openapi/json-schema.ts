import { type ConversionConfig, toJsonSchema, toJsonSchemaDefs } from '@valibot/to-json-schema';
import type * as v from 'valibot';
import type { Json } from '../../json/value.ts';
import { attempt, delivery } from '../deliveries/delivery.ts';
import { snapshot, snapshotVersion } from '../saved/snapshot.ts';
import { fields, happening } from '../world/happening.ts';

/** A schema of JSON Schema 2020-12, which OpenAPI 3.1 uses. */
export type JsonSchema = { readonly [keyword: string]: Json };

/** Shapes that several operations share: the documents name them instead of repeating them. */
const shapes: Readonly<Record<string, v.GenericSchema>> = {
  Attempt: attempt,
  Delivery: delivery,
  Happening: happening,
  SavedSandbox: snapshot,
};

/** Its fields may change with any release: it is made to be loaded, not to be read. */
const savedSandbox: NonNullable<ConversionConfig['overrideSchema']> = () => ({
  type: 'object',
  description: 'a whole sandbox, for `sandbox start --load`; contains its credentials; fields may change',
  properties: { version: { const: snapshotVersion } },
  required: ['version'],
});

/** In front of the name of a shape in a `$ref`. */
export const shapePrefix = '#/components/schemas/';

const settings: ConversionConfig = {
  target: 'draft-2020-12',
  // Checks that JSON Schema cannot express.
  ignoreActions: ['check', 'raw_check', 'readonly'],
  overrideSchema: (context) => {
    const { valibotSchema } = context;
    if (valibotSchema === fields) return { type: 'object' };
    if (valibotSchema === snapshot) return savedSandbox(context);
    return valibotSchema.type === 'custom' ? {} : undefined;
  },
  overrideRef: ({ referenceId }) => `${shapePrefix}${referenceId}`,
};

/**
 * The JSON Schema of a schema that the sandbox checks with.
 *
 * @param side  `input`: what a caller passes, where defaults may be left out; `output`: what comes back
 */
export function jsonSchemaOf(schema: v.GenericSchema, side: 'input' | 'output'): JsonSchema {
  const {
    $schema: _,
    $defs: _shapes,
    ...made
  } = toJsonSchema(schema, { ...settings, definitions: shapes, typeMode: side });
  return made as JsonSchema;
}

/** The shapes by name. */
export function jsonShapes(): Readonly<Record<string, JsonSchema>> {
  return toJsonSchemaDefs(shapes, { ...settings, typeMode: 'output' }) as unknown as Readonly<
    Record<string, JsonSchema>
  >;
}
