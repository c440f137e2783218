/**
 * Node's own modules that take long to load, with what they take on Node 20 where starting Node takes 40 ms:
 * child_process 5, crypto 3, readline 2, net 2, http 6, tls 4.
 */
const slow = 'child_process|crypto|dns|http|https|http2|net|os|readline|stream|tls|worker_threads|zlib';

/**
 * Makes the bundle load Node's slower modules when something of theirs is first used, not when a file that mentions
 * them is loaded: `let node_net = require("node:net")` becomes an object with a getter for each member in use.
 * Left alone where the module is used as a whole.
 */
export const whenUsed = {
  name: 'when-used',
  renderChunk(code) {
    const declaration = new RegExp(`\\b(let|const|var) (\\w+) = require\\("((?:node:)?(?:${slow}))"\\);`, 'g');
    return {
      // Nothing moves to another line, so the source map stays right.
      code: code.replace(declaration, (whole, keyword, variable, module) => {
        const uses = code.match(new RegExp(`\\b${variable}\\b(?!["'])`, 'g'))?.length ?? 0;
        const members = [...code.matchAll(new RegExp(`(?<![.\\w])${variable}\\.(\\w+)`, 'g'))].map(([, name]) => name);
        if (members.length === 0 || members.length !== uses - 1) return whole;
        const getters = [...new Set(members)].map((name) => `get ${name}() { return require("${module}").${name}; }`);
        return `${keyword} ${variable} = { ${getters.join(', ')} };`;
      }),
      map: null,
    };
  },
};

/**
 * The same for code of other packages that most runs have no use for. undici's HTTP/2 client loads node:http2. For
 * string-width, V8 reads ICU's emoji tables while it does no more than parse it, so it is a file of its own
 * (`separateFiles`), and plain text is measured without it.
 */
export const packagesWhenUsed = {
  name: 'packages-when-used',
  resolveId: {
    filter: { id: /^(\.\/)?string-width(\.cjs)?$/ },
    handler(source, importer) {
      if (source === './string-width.cjs') return { id: source, external: true };
      return /[\\/]src[\\/]/.test(importer ?? '') ? '\0string-width' : null;
    },
  },
  load: {
    filter: { id: /^\0string-width$/ },
    handler: () =>
      `module.exports = { __esModule: true, default: (...args) => require('./string-width.cjs').default(...args) };`,
  },
  transform: {
    filter: { id: /[\\/]undici[\\/]lib[\\/]dispatcher[\\/]client\.js$/ },
    handler(code) {
      const now = "const connectH2 = require('./client-h2.js')";
      if (!code.includes(now)) throw new Error('undici no longer loads its HTTP/2 client as the build expects');
      return {
        code: code.replace(now, "const connectH2 = (...args) => require('./client-h2.js')(...args)"),
        map: null,
      };
    },
  },
};

/** Entries of the build beside the program's own. */
export const separateFiles = { 'string-width': 'string-width' };
