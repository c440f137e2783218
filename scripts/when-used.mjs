/**
 * Node modules that are slow to load. Milliseconds on Node 20, where starting Node takes 40: child_process 5, crypto 3,
 * readline 2, net 2, http 6, tls 4.
 */
const slow = 'child_process|crypto|dns|http|https|http2|net|os|readline|stream|tls|worker_threads|zlib';

/**
 * Makes the bundle load Node's slower modules on first use instead of when a file that imports them is loaded: `let
 * node_net = require("node:net")` becomes an object with a getter for each used member. A module that is used as a
 * whole is left unchanged.
 */
export const whenUsed = {
  name: 'when-used',
  renderChunk(code) {
    const declaration = new RegExp(`\\b(let|const|var) (\\w+) = require\\("((?:node:)?(?:${slow}))"\\);`, 'g');
    return {
      // No code moves to another line, so the source map stays correct.
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
 * `import()` of Node's own modules becomes `require`: in a script that is loaded from kept code (bin/code-cache.js) Node 20
 * warns of the other. The named exports are the same. `node:process` becomes the global: to load it as a module opens
 * stdin, stdout and stderr, a tenth of the time in which Node starts.
 */
export const importByRequire = {
  name: 'import-by-require',
  renderChunk(code) {
    return {
      code: code
        .replace(/\bimport\((["'`])(node:[\w/]+)\1\)/g, 'Promise.resolve(require("$2"))')
        .replace(/\brequire\((["'`])(?:node:)?process\1\)/g, 'globalThis.process'),
      map: null,
    };
  },
};

/** The same for undici's HTTP/2 client, which is unused here and loads node:http2. */
export const http2WhenUsed = {
  name: 'http2-when-used',
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
