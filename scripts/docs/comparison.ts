import results from '../../bench/results.json?raw';
import page from '../../docs/comparison.md?raw';

interface Report {
  readonly results: readonly { readonly rows: readonly { readonly name: string; readonly ratio: number }[] }[];
}

/** The programs of the table, in the order of its columns. */
const columns = ['revento', 'stripe', 'gh', 'hookdeck'];
const row = /^(\| `--version`, as a multiple of [^|]*\|).*$/m;

/** The page with the start-up times of the last `npm run bench`; the shortest is in bold. */
export function comparisonPage(): string {
  if (!row.test(page)) throw new Error('docs/comparison.md has no row for --version');
  const rows = (JSON.parse(results) as Report).results.flatMap((table) => table.rows);
  const ratios = columns.map((name) => rows.find((one) => one.name === `${name} --version`)?.ratio ?? Number.NaN);
  const shortest = Math.min(...ratios.filter((ratio) => !Number.isNaN(ratio)));
  const cells = ratios.map((ratio) => {
    if (Number.isNaN(ratio)) return 'not measured';
    return ratio === shortest ? `**${ratio.toFixed(2)}**` : ratio.toFixed(2);
  });
  return page.replace(row, (_all, start: string) => `${start} ${cells.join(' | ')} |`);
}
