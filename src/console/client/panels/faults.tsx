import { useState } from 'preact/hooks';
import type { FaultFact } from '../../model/wire.ts';
import { useConsole } from '../context.ts';
import { countWords } from '../words.ts';

interface Active {
  readonly fault: string;
  readonly hits: number;
  readonly remaining: number | null;
}

/** Faults as switches, with how often each has been applied. */
export function FaultsPanel() {
  const store = useConsole();
  const [text, setText] = useState('');
  const active = store.pulse?.faults ?? [];
  const known = store.facts?.faults ?? [];
  const targets = [...new Set(known.map(({ target }) => target))];
  const added = (fault: string) => store.act('fault', { add: [fault] }, () => `${fault} is active.`);
  const removed = (fault: string) => store.act('fault', { remove: [fault] }, () => `${fault} is off.`);
  const own = active.filter(({ fault }) => !known.some((one) => one.fault === fault));
  const inject = (event: SubmitEvent) => {
    event.preventDefault();
    void added(text.trim()).then((isDone) => isDone && setText(''));
  };
  return (
    <div>
      <div class="panel-bar">
        <h2>Faults</h2>
        <p class="aside">
          {active.length === 0 ? 'None is active.' : `${countWords(active.length, 'is', 'are')} active.`}
        </p>
        <form class="inline" onSubmit={inject}>
          <label for="own-fault">Any fault</label>
          <input
            id="own-fault"
            placeholder="api:503=2x3"
            value={text}
            autocomplete="off"
            spellcheck={false}
            onInput={({ currentTarget }) => setText(currentTarget.value)}
          />
          <button type="submit" disabled={text.trim() === ''}>
            Inject
          </button>
        </form>
        <button
          type="button"
          disabled={active.length === 0}
          onClick={() => store.act('fault', { clear: true }, () => 'Cleared all faults.')}
        >
          Clear all
        </button>
      </div>
      {own.length > 0 && (
        <FaultGroup
          title="Typed"
          faults={own.map(({ fault }) => ({ fault, target: '', help: '' }))}
          {...{ active, added, removed }}
        />
      )}
      <div class="fault-groups">
        {targets.map((target) => (
          <FaultGroup
            key={target}
            title={target}
            faults={known.filter((one) => one.target === target)}
            {...{ active, added, removed }}
          />
        ))}
      </div>
    </div>
  );
}

interface FaultGroupProps {
  readonly title: string;
  readonly faults: readonly FaultFact[];
  readonly active: readonly Active[];
  readonly added: (fault: string) => void;
  readonly removed: (fault: string) => void;
}

function FaultGroup({ title, faults, active, added, removed }: FaultGroupProps) {
  return (
    <section class="fault-group" aria-label={`Faults: ${title}`}>
      <h3>{title}</h3>
      <ul>
        {faults.map(({ fault, help }) => {
          const found = active.find((one) => one.fault === fault);
          return (
            <li key={fault} class={found === undefined ? '' : 'on'}>
              <label class="switch">
                <input
                  type="checkbox"
                  role="switch"
                  aria-checked={found !== undefined}
                  checked={found !== undefined}
                  onChange={() => (found === undefined ? added(fault) : removed(fault))}
                />
                <code>{fault}</code>
              </label>
              {found !== undefined && (
                <span class="badge calm">
                  {countWords(found.hits, 'hit', 'hits')}
                  {found.remaining !== null && `, ${found.remaining} left`}
                </span>
              )}
              <span class="aside">{help}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
