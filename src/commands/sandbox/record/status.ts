import type { CommandModule } from '../../../command-kit/command.ts';
import { valueItem } from '../../../output/item.ts';
import type { ResultOf } from '../../../sandbox/control/operations.ts';
import type { Style } from '../../../text/style.ts';
import { relativeTime } from '../../../text/time.ts';
import { askSandbox, sandboxAddress } from '../../shared/sandbox/remote.ts';

type Status = ResultOf<'status'>;

/** `revento sandbox status`: where the sandbox runs, since when, who is connected, its faults and its clock. */
export const sandboxStatus: CommandModule = {
  declare: (command) => command,
  examples: {
    'revento sandbox status': 'what runs, and who is connected',
    "revento sandbox status --jq '.connections | length'": 'how many are connected',
  },
  layout: { shape: 'value' },

  async *run(_options, deps) {
    const authBase = await sandboxAddress(deps);
    const [status, { faults }, clock] = await Promise.all([
      askSandbox(deps, 'status', {}),
      askSandbox(deps, 'faults', {}),
      askSandbox(deps, 'clock', {}),
    ]);
    yield valueItem({ auth_base: authBase, ...status, faults, clock }, (style) =>
      describe(status, { authBase, faults, clock, now: deps.clock.now() }, style),
    );
  },
};

interface Beside {
  readonly authBase: string;
  readonly faults: ResultOf<'faults'>['faults'];
  readonly clock: ResultOf<'clock'>;
  readonly now: number;
}

function describe(status: Status, { authBase, faults, clock, now }: Beside, style: Style): string {
  const { pending, delivered, dead } = status.deliveries;
  const lines = [
    `${style.green('✓')} running at ${authBase}, started ${relativeTime(Date.parse(status.started_at), now)}`,
    ...status.events.map(({ id, title, participants }) => `  - Event: ${id} (${title}, ${participants} participants)`),
    ...status.connections.map(describeConnection),
    ...(status.connections.length === 0 ? ['  - Connected: nobody'] : []),
    ...(status.suspended ? [`  - ${style.yellow('Suspended')}: run revento sandbox do reinstate`] : []),
    `  - Webhooks: ${status.webhook_url ?? 'none'} (${delivered} delivered, ${pending} pending, ${dead} dead)`,
    `  - Faults: ${faults.length === 0 ? 'none' : faults.map(({ fault }) => fault).join(', ')}`,
    `  - Clock: ${clock.now}${clock.held ? ', held' : ''}`,
    `  - Changes: ${status.happenings}`,
    `  - Storage: ${describeKept(status.kept, now, style)}`,
  ];
  return lines.join('\n');
}

function describeKept(kept: Status['kept'], now: number, style: Style): string {
  if (kept === null) return 'in memory only';
  const where = `${kept.path}, created ${relativeTime(Date.parse(kept.since), now)}`;
  return kept.problem === null ? where : style.yellow(`not saved since this failed: ${kept.problem}`);
}

function describeConnection({ kind, event_id: eventId, user_id: userId, scope }: Status['connections'][number]) {
  const who = kind === 'user' ? `participant ${userId}` : 'organizer';
  return `  - Connected: ${who} of ${eventId} (${scope.join(', ')})`;
}
