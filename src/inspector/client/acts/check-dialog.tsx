import { useState } from 'preact/hooks';
import { countWords } from '../../../pages/client/words.ts';
import type { CaseView } from '../../model/wire.ts';
import { useStore } from '../context.ts';
import { ModalDialog } from '../dialog.tsx';
import { msWords } from '../format.ts';
import type { Checked } from './check-run.ts';

const marks = { pass: '✓', fail: '✗', warn: '!', skip: '–' } as const;
const words = { pass: 'passed', fail: 'failed', warn: 'warning', skip: 'not judged' } as const;
const tones = { pass: 'good', fail: 'bad', warn: 'calm', skip: '' } as const;

/**
 * The conformance cases as a matrix: a row for each case, a column for each handler; a failed case opens to its fix.
 */
export function CheckDialog() {
  const { session, check } = useStore();
  const targets = session?.targets ?? [];
  const all = targets.map((_, at) => at);
  const checked = all.map((at) => check.of(at)).filter((one) => one !== null);
  return (
    <ModalDialog title="Check the handler" size="wide">
      <p class="aside">
        Sends {session?.cases ?? 0} test deliveries signed with your secret, good and forged ones, and judges each
        answer. Run it against a test system.
      </p>
      <p class="actions">
        {check.isRunning ? (
          <button type="button" onClick={() => check.stop()}>
            Stop
          </button>
        ) : (
          <button type="button" class="main" disabled={targets.length === 0} onClick={() => check.run(all)}>
            {checked.length === 0 ? 'Run the check' : 'Run it again'}
          </button>
        )}
        {targets.length === 0 && <span class="aside">Start with a handler: --forward 3000</span>}
      </p>
      {checked.map((one) => (
        <Verdict key={one.target} checked={one} name={targets[one.target] ?? ''} all={session?.cases ?? 0} />
      ))}
      {checked.length > 0 && <Matrix checked={checked} targets={targets} />}
    </ModalDialog>
  );
}

function Verdict({ checked, name, all }: { readonly checked: Checked; readonly name: string; readonly all: number }) {
  const { cases, end, problem } = checked;
  const count = (outcome: CaseView['outcome']) => cases.filter((one) => one.outcome === outcome).length;
  const [failed, warned, skipped] = [count('fail'), count('warn'), count('skip')];
  const tone = failed > 0 || problem !== null ? 'bad' : end === null ? 'calm' : 'good';
  const parts = [
    `${count('pass')} of ${all} passed`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(warned > 0 ? [countWords(warned, 'warning', 'warnings')] : []),
    ...(skipped > 0 ? [`${skipped} not judged`] : []),
  ];
  return (
    <section class={`score ${tone}`} role="status">
      <p>
        <b class="verdict">{parts.join(', ')}</b> <code>{name}</code>
      </p>
      <progress max={all} value={cases.length} aria-label={`Cases judged for ${name}`} />
      {problem !== null && <p class="problem">{problem}</p>}
      {end?.cause != null && <p class="hint">{`Cause: ${end.cause}`}</p>}
      {end?.fix != null && <p class="hint">{`Fix: ${end.fix}`}</p>}
      {end?.notes.map((note) => (
        <p key={note} class="aside">
          {note}
        </p>
      ))}
    </section>
  );
}

function Matrix({ checked, targets }: { readonly checked: readonly Checked[]; readonly targets: readonly string[] }) {
  const [open, setOpen] = useState<string | null>(null);
  const cases = [...new Map(checked.flatMap((one) => one.cases).map((one) => [one.id, one])).values()];
  // Failed cases come first once the check has ended.
  if (checked.every(({ end }) => end !== null)) cases.sort((a, b) => rankOf(checked, a.id) - rankOf(checked, b.id));
  const found = (one: Checked, id: string) => one.cases.find((candidate) => candidate.id === id);
  return (
    <table class="matrix">
      <caption class="unseen">Conformance cases by handler</caption>
      <thead>
        <tr>
          <th scope="col">A correct handler…</th>
          {checked.map(({ target }) => (
            <th key={target} scope="col">
              <code>{(targets[target] ?? '').replace(/^https?:\/\//, '')}</code>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {cases.map(({ id, title }) => {
          const results = checked.map((one) => found(one, id));
          const bad = results.find((one) => one?.outcome === 'fail') ?? results.find((one) => one?.outcome === 'warn');
          const isOpen = open === id || (open === null && bad?.outcome === 'fail');
          return [
            <tr key={id}>
              <th scope="row">
                <button type="button" class="quiet" aria-expanded={isOpen} onClick={() => setOpen(isOpen ? '' : id)}>
                  <span class="mark" aria-hidden="true">
                    {isOpen ? '▾' : '▸'}
                  </span>
                  {title} <code>{id}</code>
                </button>
              </th>
              {results.map((one, at) => (
                <td key={checked[at]?.target} class={one === undefined ? '' : tones[one.outcome]}>
                  {one === undefined ? '' : `${marks[one.outcome]} ${words[one.outcome]}`}
                </td>
              ))}
            </tr>,
            isOpen && (
              <tr key={`${id}-more`} class="more">
                <td colSpan={checked.length + 1}>
                  <Particulars found={bad ?? results.find((one) => one !== undefined)} />
                </td>
              </tr>
            ),
          ];
        })}
      </tbody>
    </table>
  );
}

/** 0 where a handler failed, 1 where one got a warning, 2 for the others. */
function rankOf(checked: readonly Checked[], id: string): number {
  const outcomes = checked.map(({ cases }) => cases.find((one) => one.id === id)?.outcome);
  if (outcomes.includes('fail')) return 0;
  return outcomes.includes('warn') ? 1 : 2;
}

function Particulars({ found }: { readonly found: CaseView | undefined }) {
  if (found === undefined) return null;
  const { sent, wanted, got, why, fix, outcome, duration_ms: ms } = found;
  const facts: readonly (readonly [string, string])[] = [
    ['sent', sent],
    ['wanted', wanted],
    ['got', `${got} (${msWords(ms)})`],
    ['why', why],
    ...(outcome === 'pass' ? [] : [['fix', fix] as const]),
  ];
  return (
    <dl class="compare">
      {facts.map(([name, text]) => (
        <div key={name} class={name}>
          <dt>{name}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}
