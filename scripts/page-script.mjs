import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { rolldown } from 'rolldown';

/** Packages of which the scripts made so far hold code: their licenses go along with it. */
export const pagePackages = new Set();

/**
 * `import script from './main.tsx?page'` gives a script for the browser as text: the file with all that it imports.
 * `?page-module` gives a module, for what a page loads later with `import()`.
 */
export const pageScript = {
  name: 'page-script',
  resolveId: {
    filter: { id: /\?page(-module)?$/ },
    handler: (source, importer) => join(dirname(importer), source),
  },
  load: {
    filter: { id: /\?page(-module)?$/ },
    async handler(id) {
      const [entry, kind] = id.split('?');
      const bundle = await rolldown({
        input: entry,
        platform: 'browser',
        tsconfig: nearest('tsconfig.json', dirname(entry)),
        // What a page loads later comes from its server.
        external: /^\/[\w-]+\.js$/,
        treeshake: true,
      });
      const { output } = await bundle.generate({ format: kind === 'page' ? 'iife' : 'esm', minify: true });
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

/** A file of that name in a folder, or in the nearest one above it. */
function nearest(name, folder) {
  const path = join(folder, name);
  return existsSync(path) ? path : nearest(name, dirname(folder));
}
