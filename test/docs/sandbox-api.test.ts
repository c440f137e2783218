import { describe, expect, it } from 'vitest';
import { curlOf } from '../../scripts/docs/sandbox-api.ts';
import { type OperationName, operations, readParams } from '../../src/sandbox/control/operations.ts';
import type { Operation } from '../../src/sandbox/control/rows/operation.ts';
import { blocksOf, readPage } from '../support/docs/markdown.ts';

const rows = Object.entries(operations) as [OperationName, Operation][];
const page = readPage('docs/sandbox-api.md');

/** The part of the page under one `###` heading. */
function partOf({ method, path }: Operation): string {
  return new RegExp(`^### ${method} ${path.replace(/[{}]/g, '\\$&')}\\n([\\s\\S]*?)(?=^##)`, 'm').exec(page)?.[1] ?? '';
}

/** The lines themselves are run by test/bin/docs, all of them at one sandbox. */
describe('an operation of the control API', () => {
  it.each(rows)('%s has an example that it accepts', (name, { example }) => {
    const { params, after } = example;
    const given = after === undefined ? params : { ...params, [after.gives.param]: 'from the operation before' };
    expect(readParams(name, given), `the example in the row of ${name} (npm run docs)`).toHaveProperty('params');
    if (after !== undefined) {
      expect(readParams(after.operation as OperationName, after.params), `what ${name} needs`).toHaveProperty('params');
    }
  });

  it.each(rows)('%s is on the page: what it does, refuses and answers, and its curl line', (name, row) => {
    const text = partOf(row);
    expect(text, `### ${row.method} ${row.path}`).toContain(`${row.summary}.`);
    for (const code of row.refusals) expect(text).toContain(`| \`${code}\` |`);
    expect(text).toContain(`Answers ${row.status} with`);
    expect(blocksOf(text).map((block) => block.text)).toEqual([curlOf(name)]);
  });

  it.each(rows.map(([name, { params }]) => [name, params] as const))(
    '%s names all of its parameters',
    (name, params) => {
      const { entries } = params as unknown as { readonly entries: object };
      for (const parameter of Object.keys(entries)) expect(partOf(operations[name])).toContain(`| \`${parameter}\` |`);
    },
  );
});
