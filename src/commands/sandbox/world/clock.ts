import type { CommandModule } from '../../../command-kit/command.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import { type Item, valueItem } from '../../../output/item.ts';
import type { ResultOf } from '../../../sandbox/control/operations.ts';
import { longestAdvanceMs } from '../../../sandbox/control/rows/clock.ts';
import { adviceOn } from '../../../text/suggestion.ts';
import { formatDuration, parseDuration } from '../../../text/time.ts';
import { askSandbox, type SandboxDeps } from '../../shared/sandbox/remote.ts';

interface SandboxClockOptions {
  readonly move?: string;
  readonly value?: string;
}

type ClockFacts = ResultOf<'clock'>;

const moves = ['advance', 'set', 'hold', 'resume'] as const;

/** `revento sandbox clock`: shows the time of the running sandbox, and moves it forward. */
export const sandboxClock: CommandModule<SandboxClockOptions> = {
  declare: (command) =>
    command
      .argument('[move]', `${moves.join(', ')} (default: show the clock)`)
      .argument('[value]', 'advance: a duration such as 91d; set: a time such as 2027-06-10T09:00:00Z')
      .addHelpText(
        'after',
        [
          '\nEverything due in between happens, in order: tokens expire, limits recover, retries are sent.',
          'The clock only moves forward. After `set` or `hold` it stands still until `resume`.',
          'Deliveries are signed with the real time, because handlers compare it with theirs.',
        ].join(' '),
      ),
  examples: {
    'revento sandbox clock': 'show the time of the sandbox',
    'revento sandbox clock advance 1h': 'let access tokens expire',
    'revento sandbox clock advance 91d': 'let refresh tokens expire',
  },
  layout: { shape: 'value' },

  async *run({ move, value }, deps) {
    yield item(await moved(move, value, deps));
  },
};

async function moved(move: string | undefined, value: string | undefined, deps: SandboxDeps): Promise<ClockFacts> {
  if (move === undefined) return askSandbox(deps, 'clock', {});
  if (move === 'hold' || move === 'resume') {
    if (value !== undefined) throw new ReventoError('usage', `clock ${move} takes no value.`);
    return askSandbox(deps, move === 'hold' ? 'hold_clock' : 'resume_clock', {});
  }
  if (move === 'advance') {
    const ms = parseDuration(requireValue(move, value, '1h'), longestAdvanceMs);
    return askSandbox(deps, 'advance', { ms });
  }
  if (move === 'set') {
    const to = requireValue(move, value, '2027-06-10T09:00:00Z');
    const at = Date.parse(to);
    if (Number.isNaN(at)) {
      throw new ReventoError('usage', `${JSON.stringify(to)} is not a time.`, {
        hint: 'write it like 2027-06-10T09:00:00Z',
      });
    }
    return askSandbox(deps, 'set_clock', { to: new Date(at).toISOString() });
  }
  throw new ReventoError('usage', `Unknown move ${JSON.stringify(move)}.`, {
    hint: adviceOn(move, moves, `moves are ${moves.join(', ')}`),
  });
}

function requireValue(move: string, value: string | undefined, example: string): string {
  if (value !== undefined) return value;
  throw new ReventoError('usage', `clock ${move} needs a value.`, { hint: `such as clock ${move} ${example}` });
}

function item(clock: ClockFacts): Item {
  const { now, ahead_ms: aheadMs, held } = clock;
  // Timers are not exact to the millisecond, and 1h59m would be shown for two hours.
  const aheadSeconds = Math.round(aheadMs / 1_000);
  const ahead =
    aheadSeconds < 1 ? 'in step with real time' : `${formatDuration(aheadSeconds * 1_000)} ahead of real time`;
  return valueItem({ ...clock }, () => `${now} (${ahead}${held ? '; held, resume it with: clock resume' : ''})`);
}
