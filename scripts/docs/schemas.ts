import { toJsonSchema } from '@valibot/to-json-schema';
import type * as v from 'valibot';
import { certifySettings } from '../../src/certify/settings.ts';
import { scenario } from '../../src/sandbox/scenario/scenario.ts';
import { manifest } from '../../src/sandbox/seed/manifest.ts';
import { seedDocument } from '../../src/sandbox/seed/seed-document.ts';
import { fields } from '../../src/sandbox/world/happening.ts';

/** A JSON Schema of a file that users write. */
export interface SchemaFile {
  readonly file: string;
  readonly text: string;
}

const drafts: readonly { readonly file: string; readonly title: string; readonly schema: v.GenericSchema }[] = [
  { file: 'sandbox-seed.schema.json', title: 'Test data of the Revento sandbox', schema: seedDocument },
  { file: 'scenario.schema.json', title: 'Scenario of the Revento sandbox', schema: scenario },
  { file: 'certify.schema.json', title: 'Settings of revento certify', schema: certifySettings },
  { file: 'manifest.schema.json', title: 'Manifest of a Revento integration', schema: manifest },
];

/** The JSON Schemas in the package, made of the schemas that read the files. */
export function schemaFiles(): readonly SchemaFile[] {
  return drafts.map(({ file, title, schema }) => {
    const made = toJsonSchema(schema, {
      target: 'draft-07',
      // Checks that JSON Schema has no word for.
      ignoreActions: ['check', 'raw_check'],
      overrideSchema: ({ valibotSchema, jsonSchema }) => {
        if (valibotSchema === fields) return { type: 'object' };
        if (valibotSchema.type === 'custom') return {};
        const isClosed = JSON.stringify(jsonSchema.additionalProperties) === '{"not":{}}';
        return isClosed ? { ...jsonSchema, additionalProperties: false } : undefined;
      },
    });
    const { $schema, ...rest } = made;
    return { file, text: `${JSON.stringify({ $schema, title, ...rest }, null, 2)}\n` };
  });
}
