import { hooks } from '../../../certify/act.ts';
import { acts } from '../../../certify/acts.ts';
import type { PlayedAct } from '../../../certify/run.ts';
import { actsFor } from '../../../certify/unseen.ts';
import { passport } from '../../../checks/passport.ts';
import { scoreOf } from '../../../checks/result.ts';
import type { Deps } from '../../../command-kit/deps.ts';
import { wholeNumber } from '../../../command-kit/option-values.ts';
import { exitStatus } from '../../../errors/revento-error.ts';
import type { Item } from '../../../output/item.ts';
import { runtime } from '../../../text/runtime.ts';
import { readBaseline } from '../audit/baseline.ts';
import { auditText } from '../audit/report.ts';
import { chosenRules } from '../audit/rules.ts';
import { reportForm, reportItem, textItem } from '../report-form.ts';
import { type CertifyOptions, readPlan } from './options.ts';
import { play } from './play.ts';
import { certifyReport } from './report.ts';

/**
 * Plays the acts and yields the report; the exit status is 3 when a rule was broken.
 *
 * @throws ReventoError `usage`, `file`, and what `play` throws
 */
export async function* certified(options: CertifyOptions, deps: Deps): AsyncGenerator<Item, number | undefined> {
  const only = options.only === undefined ? null : chosenRules(options.only).map(({ id }) => id);
  const form = reportForm(options, deps.format);
  const baseline = await readBaseline(options.baseline, deps, 'revento certify');
  const seed = options.seed === undefined ? null : wholeNumber('--seed', options.seed, 0, 2 ** 31 - 1);
  const plan = await readPlan(options, deps);
  const chosen = actsFor(only, acts);
  const progress = await deps.terminal.progress(`Playing ${chosen.length} acts…`);
  const done = new Set<string>();
  const onAct = (played: PlayedAct) => {
    done.add(played.act.id);
    progress.update(`Playing ${chosen.length} acts: ${done.size} done…`);
    if (deps.isVerbose) deps.terminal.notice(actLine(played));
  };
  const played = await play(plan, chosen, { seed, onAct }, deps).finally(() => progress.stop());
  const report = certifyReport(played, { baseline, only });
  if (form === 'text') {
    yield textItem((style) => auditText(report, style, { hasReasons: true }), deps.format);
  } else if (form === 'html') {
    yield { kind: 'bytes', bytes: Buffer.from(passport(report, madeWith(played.acts, deps))) };
  } else {
    const facts = {
      ...Object.fromEntries(madeWith(played.acts, deps)),
      seen: played.seen,
      acts: played.acts.map(({ act, durationMs, outcome }) => ({
        id: act.id,
        outcome: outcome.kind === 'played' ? 'played' : 'not_played',
        ...(outcome.kind === 'played' ? { facts: outcome.facts } : {}),
        duration_ms: durationMs,
      })),
    };
    yield reportItem(form, { report, facts, output: deps.format, jq: options.jq });
  }
  return scoreOf(report.results).failed > 0 ? exitStatus.unmet : undefined;
}

/** The inputs of a report. */
function madeWith(
  played: readonly PlayedAct[],
  { clock }: Pick<Deps, 'clock'>,
): readonly (readonly [string, string])[] {
  const count = played.filter(({ outcome }) => outcome.kind === 'played').length;
  return [
    ['date', new Date(clock.now()).toISOString()],
    ['revento', typeof REVENTO_VERSION === 'string' ? REVENTO_VERSION : 'unbuilt'],
    ['api', 'v1, as the sandbox serves it'],
    [runtime.name === 'Bun' ? 'bun' : 'node', runtime.version],
    ['played', `${count} of ${acts.length} acts`],
  ];
}

function actLine({ act, outcome, durationMs }: PlayedAct): string {
  const seconds = `${(durationMs / 1000).toFixed(1)} s`;
  if (outcome.kind === 'played') {
    const facts = Object.entries(outcome.facts).map(([name, value]) => `${name} ${value ?? 'no answer'}`);
    return `act ${act.id}: ${[...facts, seconds].join(', ')}`;
  }
  const why =
    outcome.kind === 'hooks missing'
      ? `needs ${outcome.missing.map((hook) => hooks[hook]).join(', and ')}`
      : outcome.reason;
  return `act ${act.id}: not played, ${why}`;
}
