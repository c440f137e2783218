import { differences } from '../../../json/difference.ts';
import { countWords } from '../../../pages/client/words.ts';
import { sentence } from '../../../text/sentence.ts';
import type { Row } from '../../model/row.ts';
import type { SubjectView } from '../../model/wire.ts';
import { useStore } from '../context.ts';
import { timeWords } from '../format.ts';
import { Differences } from './difference.tsx';
import { JsonTree } from './json-tree.tsx';

/** The current subject of the delivery in the API, beside the data of the delivery. */
export function SubjectNow({ row }: { readonly row: Row }) {
  const { subjects } = useStore();
  const subject = subjects.of(row.id);
  if (subject === null) return null;
  return (
    <section class="difference" aria-label="The subject in the API now" aria-busy={subject.state === 'asking'}>
      <header>
        <h3>The subject in the API now</h3>
        <button type="button" class="quiet" onClick={() => subjects.forget(row.id)}>
          Close
        </button>
      </header>
      <div role="status">
        {subject.state === 'asking' && <p class="aside">Asking…</p>}
        {subject.state === 'failed' && <p class="problem">{subject.problem}</p>}
        {subject.state === 'answered' && <Answered view={subject.view} />}
      </div>
    </section>
  );
}

function Answered({ view }: { readonly view: SubjectView }) {
  const { command, asked_at: at, current, delivered, problem, hint } = view;
  if (current === null) {
    return (
      <>
        <p class="problem">{problem}</p>
        {hint !== null && <p class="hint">{sentence(hint)}</p>}
      </>
    );
  }
  const found = differences(delivered, current);
  const changed = found.filter(({ before, after }) => before !== null && after !== null);
  const added = found.filter(({ before }) => before === null);
  const left = found.filter(({ after }) => after === null);
  return (
    <>
      <p class="aside">
        As <code>{command}</code> showed it at {timeWords(Date.parse(at))}
      </p>
      {changed.length === 0 ? (
        <p class="good">
          <b class="verdict">✓ No shared member has changed since the delivery.</b>
        </p>
      ) : (
        <Differences found={changed} columns={['in the delivery', 'in the API now']} />
      )}
      {left.length > 0 && <Only where="the delivery" paths={left.map(({ path }) => path)} />}
      {added.length > 0 && <Only where="the API" paths={added.map(({ path }) => path)} />}
      <details>
        <summary>All of it</summary>
        <JsonTree text={current} />
      </details>
    </>
  );
}

function Only({ where, paths }: { readonly where: string; readonly paths: readonly string[] }) {
  return (
    <p class="aside">
      Only in {where}: {countWords(paths.length, 'member', 'members')}, <code>{paths.join(' ')}</code>
    </p>
  );
}
