import { registry } from '../../src/commands/registry.ts';
import { comparisonPage } from './comparison.ts';
import { loadContents } from './contents.ts';
import { type ManPage, toManPages } from './man.ts';
import { toMarkdown } from './markdown.ts';
import { type ShownProgram, shownPrograms } from './programs.ts';
import introduction from './sandbox-api.md?raw';
import { sandboxApiPage } from './sandbox-api.ts';
import { type SchemaFile, schemaFiles } from './schemas.ts';

/** The generated documentation: of commands and control API, schemas of the files that they read, programs, figures. */
export async function documents(version: string): Promise<{
  readonly reference: string;
  readonly sandboxApi: string;
  readonly comparison: string;
  readonly man: ManPage[];
  readonly schemas: readonly SchemaFile[];
  readonly programs: readonly ShownProgram[];
}> {
  const contents = await loadContents(registry);
  return {
    reference: toMarkdown(contents),
    sandboxApi: sandboxApiPage(introduction),
    comparison: comparisonPage(),
    man: toManPages(contents, version),
    schemas: schemaFiles(),
    programs: shownPrograms(),
  };
}
