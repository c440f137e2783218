import { type Difference, differences } from '../../../json/difference.ts';
import { isJson } from '../../../json/parse.ts';
import { latest, type Row } from '../../model/row.ts';
import { useStore } from '../context.ts';
import { timeWords } from '../format.ts';

/** What changed since the previous delivery of the same type or subject. */
export function DifferenceView({ row }: { readonly row: Row }) {
  const { list, group } = useStore();
  const other = group === null ? null : list.before(group);
  if (other === null) return <p class="aside">There is no earlier delivery of this type or subject.</p>;
  const before = latest(other);
  const texts = [before.line.body, row.line.body].map((text) => text?.replace(/^\ufeff/, '') ?? '');
  const [old = '', now = ''] = texts;
  if (!isJson(old) || !isJson(now)) return <p class="aside">One of the two is not JSON.</p>;
  const found = differences(old, now);
  return (
    <section class="difference">
      <h3>
        Against {before.type} of {timeWords(before.atMs)}
      </h3>
      {found.length === 0 ? <p>The same JSON.</p> : <Differences found={found} columns={['before', 'now']} />}
    </section>
  );
}

interface DifferencesProps {
  readonly found: readonly Difference[];
  /** What the two sides are. */
  readonly columns: readonly [before: string, after: string];
}

/** Members that differ, side by side. */
export function Differences({ found, columns }: DifferencesProps) {
  return (
    <table class="pairs">
      <caption class="unseen">Members that differ</caption>
      <thead>
        <tr>
          <th scope="col">path</th>
          {columns.map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {found.map(({ path, before, after }) => (
          <tr key={path}>
            <th scope="row">{path}</th>
            <td>{before === null ? '(absent)' : <del>{before}</del>}</td>
            <td>{after === null ? '(absent)' : <ins>{after}</ins>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
