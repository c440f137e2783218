import { dirname, join } from 'node:path';
import { rolldown } from 'rolldown';

/** Packages of which the scripts made so far hold code: their licenses go along with it. */
export const pagePackages = new Set();

/** `import script from './main.tsx?page'` gives a script for the browser as text: the file with all that it imports. */
export const pageScript = {
  name: 'page-script',
  resolveId: {
    filter: { id: /\?page$/ },
    handler: (source, importer) => join(dirname(importer), source),
  },
  load: {
    filter: { id: /\?page$/ },
    async handler(id) {
      const entry = id.slice(0, -'?page'.length);
      const bundle = await rolldown({
        input: entry,
        platform: 'browser',
        tsconfig: join(dirname(entry), 'tsconfig.json'),
        treeshake: true,
      });
      const { output } = await bundle.generate({ format: 'iife', minify: true });
      await bundle.close();
      for (const file of output[0].moduleIds) {
        const found = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file);
        if (found) pagePackages.add(found[1]);
        else this.addWatchFile(file);
      }
      return `export default ${JSON.stringify(output[0].code)}`;
    },
  },
};
