import { registry } from '../../src/commands/registry.ts';
import { loadContents } from './contents.ts';
import { type ManPage, toManPages } from './man.ts';
import { toMarkdown } from './markdown.ts';
import introduction from './sandbox-api.md?raw';
import { sandboxApiPage } from './sandbox-api.ts';
import { type SchemaFile, schemaFiles } from './schemas.ts';

/** The written documentation of commands and control API as they are, and the schemas of the files they read. */
export async function documents(version: string): Promise<{
  readonly reference: string;
  readonly sandboxApi: string;
  readonly man: ManPage[];
  readonly schemas: readonly SchemaFile[];
}> {
  const contents = await loadContents(registry);
  return {
    reference: toMarkdown(contents),
    sandboxApi: sandboxApiPage(introduction),
    man: toManPages(contents, version),
    schemas: schemaFiles(),
  };
}
