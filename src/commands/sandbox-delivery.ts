import type { Deps } from '../deps.ts';
import { ReventoError } from '../errors.ts';
import type { Item, Json } from '../output/item.ts';
import type { Style } from '../platform/ports.ts';
import type { Delivery } from '../sandbox/deliveries.ts';
import { askSandbox } from './sandbox-remote.ts';

const pollMs = 200;

/**
 * What became of a delivery that was just sent: yields it, and fails when it was not acknowledged.
 *
 * @param isAwaited  wait for the retries as well, until it is delivered or given up
 * @throws ReventoError `failed`
 */
export async function* followDelivery(deps: Deps, sent: Json, isAwaited: boolean): AsyncGenerator<Item, void, void> {
  let delivery = asDelivery(sent);
  while (isAwaited && delivery.state === 'pending') {
    await deps.clock.sleep(pollMs, deps.signal);
    delivery = (await listDeliveries(deps)).find(({ delivery_id: id }) => id === delivery.delivery_id) ?? delivery;
  }
  const shown = delivery;
  yield { kind: 'value', data: toJson(shown), text: (style) => describeDelivery(shown, style) };
  requireDelivered(shown);
}

/** Every delivery the running sandbox remembers, oldest first. */
export async function listDeliveries(deps: Deps): Promise<readonly Delivery[]> {
  const { deliveries } = (await askSandbox(deps, 'GET', '/deliveries')) as unknown as {
    readonly deliveries: readonly Delivery[];
  };
  return deliveries;
}

/** The sandbox is this program: its answers have the shape it gives them. */
export function asDelivery(value: Json): Delivery {
  return value as unknown as Delivery;
}

/** A copy in the shape of JSON. */
export function toJson({ attempts, ...delivery }: Delivery): Json {
  return { ...delivery, attempts: attempts.map((attempt) => ({ ...attempt })) };
}

/** One line: what was sent and what came of it. */
export function describeDelivery({ event, delivery_id: id, state, attempts }: Delivery, style: Style): string {
  const last = attempts.at(-1);
  const mark = state === 'delivered' ? style.green('✓') : state === 'dead' ? style.red('✗') : style.yellow('…');
  const outcome = last === undefined ? '' : (last.error ?? `answered ${last.status}`);
  const tries = attempts.length === 1 ? '' : ` after ${attempts.length} tries`;
  return `${mark} ${event} [${id}] ${state}${tries}: ${outcome} ${style.dim(`(${last?.ms ?? 0} ms)`)}`;
}

function requireDelivered({ state, attempts, next_attempt_at: nextAt, delivery_id: id }: Delivery): void {
  if (state === 'delivered') return;
  const why = attempts.at(-1)?.error ?? 'no answer';
  if (state === 'dead') {
    throw new ReventoError('failed', `The delivery was given up after ${attempts.length} tries: ${why}.`, {
      hint: `to send it again, run: revento sandbox redeliver ${id}`,
    });
  }
  const nobody =
    attempts.at(-1)?.status === null ? 'is your handler (or `revento -p sandbox webhook listen`) running? ' : '';
  throw new ReventoError('failed', `The delivery was not acknowledged: ${why}.`, {
    hint: `${nobody}the sandbox tries again at ${nextAt}; see \`revento sandbox deliveries\`, or add --wait`,
  });
}
