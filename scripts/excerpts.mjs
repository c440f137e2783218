import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** The lines around a part of a starter that is shown elsewhere: `// region NAME` and `// endregion`. */
const mark = /^[ \t]*(?:\/\/|#) (?:region \w+|endregion)\n/gm;
/** A line that stands for such a part. */
const reference = /^([ \t]*)(?:\/\/|#) from (templates\/\S+): (\w+)$/gm;

/** A file of a starter as users get it. */
export const withoutMarks = (text) => text.replace(mark, '');

/** The part of a file between the marks of this name, without the indentation of the marks. */
function excerptOf(text, path, name) {
  const [, indent, excerpt] =
    new RegExp(`^([ \\t]*)(?://|#) region ${name}\\n([^]*?)\\n[ \\t]*(?://|#) endregion$`, 'm').exec(text) ?? [];
  if (excerpt === undefined) throw new Error(`${path} has no region ${name}`);
  return excerpt.replaceAll(new RegExp(`^${indent}`, 'gm'), '');
}

/** A program whose lines like `// from templates/node/webhooks.js: verify` are replaced by what they name. */
export async function assembled(path) {
  const program = await readFile(path, 'utf8');
  const named = [...program.matchAll(reference)];
  const texts = await Promise.all(named.map(([, , file]) => readFile(join(root, file), 'utf8')));
  return program.replace(reference, (line, indent, file, name) => {
    const text = texts[named.findIndex(([one]) => one === line)];
    return excerptOf(text, file, name).replaceAll(/^(?=.)/gm, indent);
  });
}

/** `import text from './file?assembled'` gives such a program, in a build as in the tests. */
export const assembledText = {
  name: 'assembled-text',
  resolveId: {
    filter: { id: /\?assembled$/ },
    handler: (source, importer) => join(dirname(importer), source),
  },
  load: {
    filter: { id: /\?assembled$/ },
    handler: async (id) => `export default ${JSON.stringify(await assembled(id.slice(0, -'?assembled'.length)))}`,
  },
};
