import { useState } from 'preact/hooks';
import { useRoving } from '../../../pages/client/roving.ts';
import type { PlayedStep, ScenarioFact, Shown, Started, SteppedOn } from '../../model/wire.ts';
import { useConsole } from '../context.ts';
import type { ConsoleStore } from '../store.ts';
import { ScenarioStep } from './scenario-step.tsx';

interface Run extends Started {
  readonly name: string;
  readonly played: readonly PlayedStep[];
  readonly shown: readonly Shown[];
  readonly isOver: boolean;
}

/** Scenarios to play to the integration, all steps or one by one, and what each expects. */
export function ScenariosPanel() {
  const store = useConsole();
  const all = store.facts?.scenarios ?? [];
  const [chosen, choose] = useState(all[0]?.name ?? '');
  const [run, setRun] = useState<Run | null>(null);
  const [isBusy, setBusy] = useState(false);
  const roving = useRoving(all.map(({ name }) => name));
  const scenario = all.find(({ name }) => name === chosen);
  if (scenario === undefined) return null;
  const played = run?.name === chosen ? run.played : [];

  const play = async (isWhole: boolean) => {
    if (isBusy) return;
    setBusy(true);
    try {
      let current = run !== null && run.name === chosen && !run.isOver ? run : await begin(store, chosen);
      setRun(current);
      do {
        current = await step(store, scenario, current);
        setRun(current);
        show(store, current, isWhole);
      } while (isWhole && !current.isOver);
      if (current.isOver) store.say(...verdictOf(current.played));
    } catch (error) {
      setRun(null);
      store.failed(error);
    } finally {
      setBusy(false);
    }
  };

  return (
    <div class="scenarios">
      <nav aria-label="Scenarios">
        <h2>Scenarios</h2>
        <ul {...roving.list}>
          {all.map(({ name, title }) => (
            <li key={name}>
              <button
                type="button"
                {...roving.row(name)}
                aria-pressed={name === chosen}
                aria-disabled={isBusy}
                onClick={() => !isBusy && choose(name)}
              >
                {title}
              </button>
            </li>
          ))}
        </ul>
      </nav>
      <section aria-label={scenario.title} class="scenario">
        <h3>{scenario.title}</h3>
        <p>{scenario.shows}</p>
        <p class="aside">What happens stays; your integration must be connected and receive deliveries.</p>
        <div class="acts">
          <button type="button" class="main" aria-disabled={isBusy} onClick={() => play(true)}>
            Run
          </button>
          <button type="button" aria-disabled={isBusy} onClick={() => play(false)}>
            Step
          </button>
        </div>
        <ol class="steps">
          {scenario.steps.map((one, index) => (
            <ScenarioStep
              key={`${index} ${one.title}`}
              {...one}
              played={played[index]}
              isNow={isBusy && run?.name === chosen && index === played.length}
            />
          ))}
        </ol>
      </section>
    </div>
  );
}

async function begin(store: ConsoleStore, name: string): Promise<Run> {
  const { run } = await store.caller.json<Started>('/scenario', { name });
  return { run, name, played: [], shown: [], isOver: false };
}

async function step(store: ConsoleStore, scenario: ScenarioFact, run: Run): Promise<Run> {
  const { played, shown } = await store.caller.json<SteppedOn>('/step', { run: run.run });
  if (played === null) return { ...run, isOver: true };
  const all = [...run.played, played];
  return { ...run, played: all, shown: [...run.shown, shown], isOver: all.length === scenario.steps.length };
}

/** The latest step in a terminal, or the whole scenario. */
function show(store: ConsoleStore, { name, shown }: Run, isWhole: boolean): void {
  const last = shown.at(-1) ?? null;
  store.shown = !isWhole
    ? last
    : { command: `${store.facts?.command} run ${name}`, curl: shown.map(({ curl }) => curl).join('\n') };
  store.changed();
}

function verdictOf(played: readonly PlayedStep[]): [string, 'good' | 'bad'] {
  const failed = played.filter(({ outcome }) => outcome !== 'pass').length;
  return failed === 0 ? ['Every step passed.', 'good'] : [`${failed} of ${played.length} steps failed.`, 'bad'];
}
