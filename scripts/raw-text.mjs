import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** `import text from './file?raw'` gives the file's text, in a build as in the tests. */
export const rawText = {
  name: 'raw-text',
  resolveId: {
    filter: { id: /\?raw$/ },
    handler: (source, importer) => join(dirname(importer), source),
  },
  load: {
    filter: { id: /\?raw$/ },
    handler: async (id) => `export default ${JSON.stringify(await readFile(id.slice(0, -4), 'utf8'))}`,
  },
};
