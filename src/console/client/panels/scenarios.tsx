import { useState } from 'preact/hooks';
import type { PlayedStep, SteppedOn } from '../../model/wire.ts';
import { useConsole } from '../context.ts';

interface Run {
  readonly name: string;
  readonly played: readonly PlayedStep[];
  readonly isOver: boolean;
}

/** Scenarios to play to the integration, at once or step by step, and what each expects. */
export function ScenariosPanel() {
  const store = useConsole();
  const all = store.facts?.scenarios ?? [];
  const [chosen, choose] = useState(all[0]?.name ?? '');
  const [run, setRun] = useState<Run | null>(null);
  const [isBusy, setBusy] = useState(false);
  const scenario = all.find(({ name }) => name === chosen);
  if (scenario === undefined) return null;
  const played = run?.name === chosen ? run.played : [];

  /** Plays one step, or all that are left. */
  const play = async (isAll: boolean) => {
    setBusy(true);
    try {
      let current: Run =
        run !== null && run.name === chosen && !run.isOver ? run : { name: chosen, played: [], isOver: false };
      if (current.played.length === 0) await store.caller.json('/scenario', { name: chosen });
      do {
        const { played: step, shown } = await store.caller.json<SteppedOn>('/step', { name: chosen });
        store.shown = shown;
        current =
          step === null
            ? { ...current, isOver: true }
            : {
                ...current,
                played: [...current.played, step],
                isOver: current.played.length + 1 === scenario.steps.length,
              };
        setRun(current);
      } while (isAll && !current.isOver);
      if (current.isOver) store.say(...verdictOf(current.played));
    } catch (error) {
      store.failed(error);
    } finally {
      setBusy(false);
    }
  };

  return (
    <div class="scenarios">
      <nav aria-label="Scenarios">
        <h2>Scenarios</h2>
        <ul>
          {all.map(({ name, title }) => (
            <li key={name}>
              <button type="button" aria-pressed={name === chosen} disabled={isBusy} onClick={() => choose(name)}>
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
          <button type="button" class="main" disabled={isBusy} onClick={() => play(true)}>
            Run
          </button>
          <button type="button" disabled={isBusy} onClick={() => play(false)}>
            Step
          </button>
        </div>
        <ol class="steps">
          {scenario.steps.map(({ kind, title }, index) => (
            <Step
              key={title}
              kind={kind}
              title={title}
              played={played[index]}
              isNow={isBusy && index === played.length}
            />
          ))}
        </ol>
      </section>
    </div>
  );
}

interface StepProps {
  readonly kind: string;
  readonly title: string;
  readonly played: PlayedStep | undefined;
  readonly isNow: boolean;
}

const words = { pass: '✓ passed', fail: '✗ failed', skip: '– skipped' } as const;
const tones = { pass: 'good', fail: 'bad', skip: 'calm' } as const;

function Step({ kind, title, played, isNow }: StepProps) {
  return (
    <li class={played === undefined ? '' : tones[played.outcome]} aria-current={isNow ? 'step' : undefined}>
      <span class="kind">{kind}</span> <strong>{title}</strong>{' '}
      {played !== undefined && <span class={`badge ${tones[played.outcome]}`}>{words[played.outcome]}</span>}
      {isNow && (
        <span class="badge calm">
          {kind === 'sync' ? 'waiting: have your integration read the API now' : 'playing'}
        </span>
      )}
      {played !== undefined && (
        <span class="aside">
          {played.wanted !== '' && `expected: ${played.wanted}; `}
          {played.got}
        </span>
      )}
    </li>
  );
}

function verdictOf(played: readonly PlayedStep[]): [string, 'good' | 'bad'] {
  const failed = played.filter(({ outcome }) => outcome !== 'pass').length;
  return failed === 0 ? ['Every step passed.', 'good'] : [`${failed} of ${played.length} steps did not pass.`, 'bad'];
}
