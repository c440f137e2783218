import { registry } from '../../src/commands/registry.ts';
import { loadContents } from './contents.ts';
import { type ManPage, toManPages } from './man.ts';
import { toMarkdown } from './markdown.ts';
import { type ShownProgram, shownPrograms } from './programs.ts';
import introduction from './sandbox-api.md?raw';
import { sandboxApiPage } from './sandbox-api.ts';
import { type SchemaFile, schemaFiles } from './schemas.ts';

/** The generated documentation of commands and control API, the schemas of the files that they read, and programs. */
export async function documents(version: string): Promise<{
  readonly reference: string;
  readonly sandboxApi: string;
  readonly man: ManPage[];
  readonly schemas: readonly SchemaFile[];
  readonly programs: readonly ShownProgram[];
}> {
  const contents = await loadContents(registry);
  return {
    reference: toMarkdown(contents),
    sandboxApi: sandboxApiPage(introduction),
    man: toManPages(contents, version),
    schemas: schemaFiles(),
    programs: shownPrograms(),
  };
}
