import type { Deps } from '../../../command-kit/deps.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import { type Item, valueItem } from '../../../output/item.ts';
import type { Delivery } from '../../../sandbox/deliveries/delivery.ts';
import type { Happening } from '../../../sandbox/world/happening.ts';
import type { Style } from '../../../text/style.ts';
import { formatDuration } from '../../../text/time.ts';
import { chosenSandbox, steering } from '../../shared/sandbox/profile.ts';
import { askSandbox, type SandboxDeps } from '../../shared/sandbox/remote.ts';
import { describeHappening } from './happening.ts';
import { retryDelayMs } from './text.ts';

type FollowDeps = SandboxDeps & Pick<Deps, 'clock' | 'terminal'>;

/** The polling interval for a delivery: most handlers answer soon, and a slow one does not justify a busy loop. */
const firstPollMs = 20;
const longestPollMs = 200;

/**
 * Yields the outcome of a delivery that was just started, and fails when it was not acknowledged.
 *
 * @param isAwaited  wait for the retries as well, until it is delivered or given up
 * @throws ReventoError `failed`
 */
export async function* followDelivery(
  deps: FollowDeps,
  begun: Delivery,
  isAwaited: boolean,
  happened?: readonly Happening[],
): AsyncGenerator<Item, void, void> {
  const shown = await settle(deps, begun, isAwaited);
  yield valueItem(happened === undefined ? shown : { ...shown, happened }, (style) =>
    [...(happened ?? []).map(describeHappening), describeDelivery(shown, style)].join('\n'),
  );
  requireDelivered(shown, deps);
}

/**
 * The delivery after its first attempt, or after its last. During a longer wait each failed attempt is reported.
 *
 * @throws ReventoError `failed` when the sandbox forgot it meanwhile
 */
export async function settle(deps: FollowDeps, begun: Delivery, isAwaited: boolean): Promise<Delivery> {
  let delivery = begun;
  let told = 0;
  // Without a retry that is due, the first attempt is still running.
  for (let ms = firstPollMs; delivery.state === 'pending' && (isAwaited || delivery.next_attempt_at === null); ) {
    await deps.clock.sleep(ms, deps.signal);
    ms = Math.min(2 * ms, longestPollMs);
    const found = (await listDeliveries(deps)).find(({ delivery_id: id }) => id === begun.delivery_id);
    if (found === undefined) throw forgotten(begun);
    delivery = found;
    if (delivery.next_attempt_at !== null && isAwaited && delivery.attempts.length > told) {
      told = delivery.attempts.length;
      deps.terminal.notice(`attempt ${told}: ${outcomeOf(delivery)}; retrying in ${untilNext(delivery)}`);
    }
  }
  return delivery;
}

function outcomeOf({ attempts }: Delivery): string {
  const last = attempts.at(-1);
  return last === undefined ? '' : (last.error ?? `${last.status}`);
}

function untilNext({ attempts, next_attempt_at: nextAt }: Delivery): string {
  const last = attempts.at(-1);
  return formatDuration(last === undefined ? 0 : retryDelayMs(last, nextAt));
}

function forgotten({ event, delivery_id: id }: Delivery): ReventoError {
  return new ReventoError('failed', `The delivery ${id} is unknown now: the sandbox was reset or restarted.`, {
    hint: `to send another one, run: revento sandbox trigger ${event}`,
  });
}

/** Every delivery the running sandbox remembers, oldest first. */
export async function listDeliveries(deps: SandboxDeps): Promise<readonly Delivery[]> {
  return (await askSandbox(deps, 'deliveries', {})).deliveries;
}

/** One line: what was sent, and the outcome. */
export function describeDelivery(delivery: Delivery, style: Style): string {
  const { event, delivery_id: id, state, attempts } = delivery;
  const mark = state === 'delivered' ? style.green('✓') : state === 'dead' ? style.red('✗') : style.yellow('…');
  const verdict = { delivered: 'delivered', pending: 'failed', dead: 'gave up' }[state];
  const count = attempts.length === 1 ? '' : ` after ${attempts.length} attempts`;
  const next = state === 'pending' ? ', will retry' : '';
  const took = style.dim(`(${attempts.at(-1)?.ms ?? 0} ms)`);
  return `${mark} ${event} [${id}] ${verdict}${count}: ${outcomeOf(delivery)}${next} ${took}`;
}

function requireDelivered(delivery: Delivery, deps: Pick<Deps, 'profile'>): void {
  const { state, attempts, delivery_id: id } = delivery;
  const profile = chosenSandbox(deps);
  if (state === 'delivered') return;
  const why = attempts.at(-1)?.error ?? 'no answer';
  if (state === 'dead') {
    throw new ReventoError('failed', `Gave up after ${attempts.length} attempts: ${why}.`, {
      hint: `to send it again, run: ${steering(profile)} redeliver ${id}`,
    });
  }
  const nobody =
    attempts.at(-1)?.status === null ? `is your handler (or \`revento -p ${profile} webhook listen\`) running? ` : '';
  throw new ReventoError('failed', `The delivery was not acknowledged: ${why}.`, {
    hint: `${nobody}the sandbox retries in ${untilNext(delivery)}; see \`${steering(profile)} deliveries\`, or add --wait`,
  });
}
