import { TabList } from '../../../pages/client/tab-list.tsx';
import type { Row } from '../../model/row.ts';
import type { DeliveryView } from '../../model/wire.ts';
import { useStore } from '../context.ts';
import { reasonWords, timeWords, verdictOf } from '../format.ts';
import { tabs } from '../store.ts';
import { useView } from '../use-view.ts';
import { Actions } from './actions.tsx';
import { AnswerTab } from './answer-tab.tsx';
import { BodyTab } from './body-tab.tsx';
import { HeadersTab } from './headers-tab.tsx';
import { SignatureTab } from './signature-tab.tsx';
import { TimelineTab } from './timeline-tab.tsx';

/** Everything about the selected delivery. */
export function Detail() {
  const store = useStore();
  const { row, group, attempt } = store;
  const view = useView(row);
  if (row === null || group === null) return null;
  const { tone, shape, word } = verdictOf(row);
  const { line } = row;
  const attempts = group.attempts.length;
  return (
    <article class={tone}>
      <div class="head">
        <button type="button" class="back quiet" onClick={() => store.select(null)}>
          ← List
        </button>
        <h2>{row.type}</h2>
        <p class="facts">
          <span class="verdict">
            <span class="mark" aria-hidden="true">
              {shape}
            </span>
            {line.verified
              ? word === 'ok'
                ? 'verified'
                : `verified, ${word}`
              : `not verified: ${reasonWords(line.reason)}`}
          </span>
          <span>{timeWords(row.atMs)}</span>
          <code>{line.delivery_id ?? 'no delivery id'}</code>
        </p>
        {attempts > 1 && (
          <p class="facts">
            <button
              type="button"
              disabled={attempt === 0}
              onClick={() => store.moveAttempt(-1)}
              aria-label="Previous attempt"
            >
              [
            </button>
            attempt {Math.min(attempt, attempts - 1) + 1} of {attempts}
            <button
              type="button"
              disabled={attempt >= attempts - 1}
              onClick={() => store.moveAttempt(1)}
              aria-label="Next attempt"
            >
              ]
            </button>
          </p>
        )}
        <Actions row={row} view={view.value} />
      </div>
      <TabList
        label="Parts of the delivery"
        className="tabs"
        tabs={tabs}
        current={store.tab}
        panel="panel"
        onShow={(tab) => store.show(tab)}
      />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable panel must be reachable by keyboard */}
      <div class="panel" role="tabpanel" id="panel" aria-labelledby={`tab-${store.tab}`} tabIndex={0}>
        {view.problem !== null && <p class="problem">{view.problem}</p>}
        <Panel row={row} view={view.value} />
      </div>
    </article>
  );
}

function Panel({ row, view }: { readonly row: Row; readonly view: DeliveryView | null }) {
  const { tab } = useStore();
  switch (tab) {
    case 'Body':
      return <BodyTab row={row} />;
    case 'Signature':
      return <SignatureTab row={row} view={view} />;
    case 'Headers':
      return <HeadersTab row={row} />;
    case 'Answer':
      return <AnswerTab row={row} view={view} />;
    case 'Timeline':
      return <TimelineTab row={row} />;
  }
}
