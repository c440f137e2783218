import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** `import text from './file?raw'` gives the file's text, in a build as in the tests. */
export const rawText = {
  name: 'raw-text',
  resolveId: (source, importer) => (source.endsWith('?raw') ? join(dirname(importer), source) : null),
  load: async (id) =>
    id.endsWith('?raw') ? `export default ${JSON.stringify(await readFile(id.slice(0, -4), 'utf8'))}` : null,
};
