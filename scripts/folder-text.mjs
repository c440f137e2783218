import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { withoutMarks } from './excerpts.mjs';

/** Folders that package managers and builds create when a template is run in place. */
const leftovers =
  /(?:^|\/)(?:node_modules|data|vendor|target|build|bin|obj|__pycache__|\.venv)(?:\/|$)|(?:^|\/)(?:\.env|revento-integration)$/;

/**
 * `import files from './folder?files'` gives the text of every file in a folder by its path there, without the marks of
 * excerpts, in a build as in the tests.
 */
export const folderText = {
  name: 'folder-text',
  resolveId: {
    filter: { id: /\?files$/ },
    handler: (source, importer) => join(dirname(importer), source),
  },
  load: {
    filter: { id: /\?files$/ },
    async handler(id) {
      const folder = id.slice(0, -'?files'.length);
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      const paths = entries
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .map((path) => path.slice(folder.length + 1).replaceAll('\\', '/'))
        .filter((path) => !leftovers.test(path))
        .sort();
      const files = {};
      for (const path of paths) {
        files[path] = withoutMarks(await readFile(join(folder, path), 'utf8'));
        this.addWatchFile(join(folder, path));
      }
      return `export default ${JSON.stringify(files)}`;
    },
  },
};
