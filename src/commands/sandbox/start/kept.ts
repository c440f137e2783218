import type { Deps } from '../../../command-kit/deps.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import { shellWord } from '../../../errors/shell-word.ts';
import { stringify } from '../../../json/stringify.ts';
import type { SealedLog } from '../../../ports/store.ts';
import { Keeper, type Kept, readKept } from '../../../sandbox/saved/keeper.ts';
import type { Keep } from '../../../sandbox/saved/ledger.ts';
import { counted } from '../../../text/sentence.ts';
import { formatDuration } from '../../../text/time.ts';
import type { SandboxPlan } from '../../shared/sandbox/open.ts';

type KeptDeps = Pick<Deps, 'clock' | 'terminal'>;

/** Where a sandbox is kept, and the one it continues from. */
interface KeptSandbox {
  readonly keep: Keep;
  /** Null for a new one. */
  readonly kept: Kept | null;
  /** Whether the file belongs to another sandbox and has to be replaced. */
  readonly isNew: boolean;
  /** To be called once the sandbox serves, before anything is written. */
  prepare(): void;
}

/**
 * Reads what is kept of the sandbox of a profile. A damaged file is used as far as it can be read, and `prepare` moves
 * it aside.
 *
 * @param isIgnored  begin a new one, or one from elsewhere, whatever is kept
 * @throws ReventoError `store_key`
 */
export async function openKept(deps: KeptDeps, log: SealedLog, isIgnored: boolean): Promise<KeptSandbox> {
  const found = isIgnored ? null : await log.read();
  const read = found === null || found.texts.length === 0 ? null : readKept(found.texts);
  const kept = read !== null && 'snapshot' in read ? read : null;
  const problem = found?.problem ?? (read !== null && 'problem' in read ? read.problem : null);
  const { terminal, clock } = deps;
  const keep = new Keeper({
    log,
    clock,
    since: kept?.since ?? clock.now(),
    onProblem: (what) =>
      terminal.notice(
        `warning: ${what}; the sandbox keeps running in memory, and changes from now on are lost at a restart`,
      ),
    onRecovery: () => terminal.notice(`the sandbox is kept in ${log.path} again`),
  });
  const prepare = () => {
    if (problem !== null) moveAside(deps, log, problem, kept);
  };
  return { keep, kept, isNew: kept === null || problem !== null, prepare };
}

function moveAside({ terminal }: KeptDeps, log: SealedLog, problem: string, kept: Kept | null): void {
  const aside = log.setAside();
  const outcome = kept === null ? 'starting a new sandbox' : 'continuing from what could be read of it';
  terminal.notice(
    `warning: the kept sandbox in ${log.path} is damaged: ${problem}. It was moved to ${aside}; ${outcome}.`,
  );
  terminal.notice(`hint: delete it when it is not needed: rm ${shellWord(aside)}`);
}

/**
 * Refuses options that a kept sandbox contradicts: its people are there already.
 *
 * @throws ReventoError `usage`
 */
export function requireAgreement({ snapshot }: Kept, { given, options }: SandboxPlan): void {
  if (options.document !== undefined && stringify(options.document) !== stringify(snapshot.document)) {
    throw new ReventoError('usage', 'The kept sandbox was started with other data than this --seed-file has.', {
      hint: 'to start a new one, add --fresh; to continue the kept one, leave out --seed-file',
    });
  }
  if (options.hasCanaries && !snapshot.canaries) {
    throw new ReventoError('usage', 'The kept sandbox was started without --canaries.', {
      hint: 'to begin a new one, add --fresh; to go on with the kept one, leave out --canaries',
    });
  }
  for (const name of ['participants', 'seed'] as const) {
    const wanted = given[name];
    if (wanted === undefined || wanted === snapshot[name]) continue;
    throw new ReventoError('usage', `The kept sandbox was started with --${name} ${snapshot[name]}, not ${wanted}.`, {
      hint: `to start a new one, add --fresh; to continue the kept one, leave out --${name}`,
    });
  }
}

/** Says what a start continues with, where that differs from a new sandbox. */
export function describeKept({ snapshot }: Pick<Kept, 'snapshot'>, now: number): string {
  const { happenings, grants, deliveries, faults, clock } = snapshot;
  const logins = grants.families.filter(({ isRevoked }) => !isRevoked).length;
  const pending = deliveries?.deliveries.filter(({ shown }) => shown.state === 'pending').length ?? 0;
  const aheadMs = Math.round((clock.held_at === null ? clock.ahead_ms : clock.held_at - now) / 1000) * 1000;
  const parts = [
    counted(logins, 'login'),
    counted(happenings.length, 'happening'),
    ...(pending === 0 ? [] : [counted(pending, 'pending delivery', 'pending deliveries')]),
    ...(faults.length === 0 ? [] : [counted(faults.length, 'active fault')]),
    ...(aheadMs < 1_000 ? [] : [`a clock ${formatDuration(aheadMs)} ahead${clock.held_at === null ? '' : ', held'}`]),
  ];
  return `continuing the kept sandbox: ${parts.join(', ')} (--fresh starts a new one)`;
}
