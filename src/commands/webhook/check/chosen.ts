import { secretVariables } from '../../../config/environment.ts';
import { program } from '../../../errors/next-command.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import type { ConformanceCase } from '../../../webhook/conformance/case.ts';
import { conformanceCases, isAlwaysRun } from '../../../webhook/conformance/cases.ts';
import { casesWith, effectCases } from '../../../webhook/effects/cases.ts';
import { crashCases } from '../../../webhook/effects/crash.ts';
import type { Restart } from '../../../webhook/effects/drill.ts';
import type { Effects } from '../../../webhook/effects/effects.ts';
import { chosenRows } from '../../shared/chosen-rows.ts';

const all: readonly Omit<ConformanceCase, 'run'>[] = [...conformanceCases, ...effectCases, ...crashCases];

/**
 * The cases that `--only` names; all of them without it.
 *
 * @throws ReventoError `usage`
 */
export function chosen(only: string | undefined): typeof all {
  return chosenRows(only, all, { kind: 'case', hint: 'run: revento webhook check --list' });
}

/** What a run has, apart from the handler. */
interface Means {
  readonly hasPrevious: boolean;
  readonly effects: Effects | null;
  /** Null when the handler was not started by the check. */
  readonly restart: Restart | null;
  readonly profile: string;
}

/**
 * Of the chosen cases those that can be run: those that need a previous secret, the effects or a command that starts
 * the handler are left out without it.
 *
 * @throws ReventoError `usage`; `setting_missing` when a case that needs the previous secret was named
 */
export function runnable(
  only: string | undefined,
  { hasPrevious, effects, restart, profile }: Means,
): ConformanceCase[] {
  const ids = new Set(chosen(only).map(({ id }) => id));
  const isAsked = only !== undefined;
  const answered = conformanceCases.filter(({ id }) => ids.has(id));
  const crashes = crashCases.filter(({ id }) => ids.has(id));
  const judged = effectCases.filter(({ id }) => ids.has(id));
  const [unseen] = [...judged, ...crashes];
  if (isAsked && effects === null && unseen !== undefined) {
    throw new ReventoError('usage', `The case ${unseen.id} needs --effects or --effects-url.`, {
      hint: `such as: --effects 'sqlite3 app.db "select count(*) from approvals"'`,
    });
  }
  const [unkilled] = crashes;
  if (isAsked && restart === null && unkilled !== undefined) {
    throw new ReventoError('usage', `The case ${unkilled.id} needs the command that starts the handler.`, {
      hint: 'add it after --, such as: -- npm start',
    });
  }
  const without = answered.filter(isAlwaysRun);
  if (isAsked && !hasPrevious && without.length < answered.length) {
    throw new ReventoError('setting_missing', 'The case previous-secret needs the previous secret.', {
      hint: `set ${secretVariables.webhook_secret_previous}, or run: ${program(profile)} config set webhook_secret_previous`,
    });
  }
  const cases = hasPrevious ? answered : without;
  if (effects === null) return cases;
  return [
    ...cases,
    ...(restart === null ? casesWith(effects, judged) : casesWith(effects, [...judged, ...crashes], restart)),
  ];
}
