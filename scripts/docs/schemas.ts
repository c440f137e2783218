import { toJsonSchema } from '@valibot/to-json-schema';
import type * as v from 'valibot';
import { certifySettings } from '../../src/certify/settings.ts';
import { openApiDocument } from '../../src/sandbox/openapi/document.ts';
import { scenario } from '../../src/sandbox/scenario/scenario.ts';
import { manifest } from '../../src/sandbox/seed/manifest.ts';
import { seedDocument } from '../../src/sandbox/seed/seed-document.ts';
import { fields } from '../../src/sandbox/world/happening.ts';
import { eventFiles } from '../../src/webhook/schema/typings/files.ts';
import { typings } from '../../src/webhook/schema/typings/languages.ts';

/** A file in the package's `schemas/` folder. */
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

/**
 * The OpenAPI document, the schema of deliveries with types for each language, and the JSON Schemas of files, generated
 * from the schemas that parse them.
 */
export function schemaFiles(): readonly SchemaFile[] {
  const events: Readonly<Record<string, string>> = Object.assign({}, ...Object.keys(typings).map(eventFiles));
  const openApi = openApiDocument('http://127.0.0.1:4010');
  return [
    { file: 'openapi.json', text: `${JSON.stringify(openApi, null, 2)}\n` },
    ...Object.entries(events).map(([file, text]) => ({ file, text })),
    ...fileSchemas(),
  ];
}

function fileSchemas(): readonly SchemaFile[] {
  return drafts.map(({ file, title, schema }) => {
    const made = toJsonSchema(schema, {
      target: 'draft-07',
      // Checks that JSON Schema cannot express.
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
