const { bun } = process.versions;

/** What runs this program: Node.js, or in the one file Bun, whose `process.versions.node` is what it imitates. */
export const runtime =
  bun === undefined ? { name: 'Node.js', version: process.versions.node } : { name: 'Bun', version: bun };
