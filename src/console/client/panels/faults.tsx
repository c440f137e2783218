import { useState } from 'preact/hooks';
import { useRoving } from '../../../pages/client/roving.ts';
import { countWords } from '../../../pages/client/words.ts';
import type { FaultFact } from '../../model/wire.ts';
import { acts } from '../acts.ts';
import { useConsole } from '../context.ts';

/** Faults as switches, with how often each has been applied. */
export function FaultsPanel() {
  const store = useConsole();
  const active = store.pulse?.faults ?? [];
  const known = store.facts?.faults ?? [];
  const targets = [...new Set(known.map(({ target }) => target))];
  const own = active.filter(({ fault }) => !known.some((one) => one.fault === fault));
  return (
    <div>
      <div class="panel-bar">
        <h2>Faults</h2>
        <p class="aside">
          {active.length === 0 ? 'None is active.' : `${countWords(active.length, 'is', 'are')} active.`}
        </p>
        <AnyFault />
        <button type="button" aria-disabled={active.length === 0} onClick={() => acts.clearFaults(store)}>
          Clear all
        </button>
      </div>
      <div class="fault-groups">
        {own.length > 0 && (
          <FaultGroup title="Typed" faults={own.map(({ fault }) => ({ fault, target: '', help: '' }))} />
        )}
        {targets.map((target) => (
          <FaultGroup key={target} title={target} faults={known.filter((one) => one.target === target)} />
        ))}
      </div>
    </div>
  );
}

/** Injects faults that have no switch, such as one with a count. */
function AnyFault() {
  const store = useConsole();
  const [text, setText] = useState('');
  const inject = async (event: SubmitEvent) => {
    event.preventDefault();
    // What was typed meanwhile stays.
    if (await acts.inject(store, text.trim())) setText((now) => (now === text ? '' : now));
  };
  return (
    <form class="inline" onSubmit={inject}>
      <label for="own-fault">Any fault</label>
      <input
        id="own-fault"
        placeholder="api:503@2x3"
        value={text}
        autocomplete="off"
        spellcheck={false}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
      <button type="submit">Inject</button>
    </form>
  );
}

interface FaultGroupProps {
  readonly title: string;
  readonly faults: readonly FaultFact[];
}

function FaultGroup({ title, faults }: FaultGroupProps) {
  const store = useConsole();
  const active = store.pulse?.faults ?? [];
  const roving = useRoving(faults.map(({ fault }) => fault));
  return (
    <section class="fault-group" aria-label={`Faults: ${title}`}>
      <h3>{title}</h3>
      <ul {...roving.list}>
        {faults.map(({ fault, help }) => {
          const found = active.find((one) => one.fault === fault);
          const isOn = found !== undefined;
          return (
            <li key={fault} class={isOn ? 'on' : ''}>
              <label class="switch">
                <input
                  type="checkbox"
                  role="switch"
                  {...roving.row(fault)}
                  aria-checked={isOn}
                  checked={isOn}
                  // As it looks now: a second press may come before the first is answered.
                  onChange={({ currentTarget }) => (currentTarget.checked ? acts.inject : acts.remove)(store, fault)}
                />
                <code>{fault}</code>
              </label>
              {isOn && (
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
