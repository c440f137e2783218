import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { rolldown } from 'rolldown';

/** Packages whose code is in the scripts built so far: their licenses are shipped too. */
export const pagePackages = new Set();

/**
 * `import script from './main.tsx?page'` gives a browser script as text: the file bundled with its imports.
 * `?page-module` gives a module that a page can load later with `import()`.
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
        // Modules that a page loads later come from its server.
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

/** Finds a file by name in a folder or its nearest parent. */
function nearest(name, folder) {
  const path = join(folder, name);
  return existsSync(path) ? path : nearest(name, dirname(folder));
}
