import { counted } from '../../text/sentence.ts';
import type { Delivery } from '../deliveries/delivery.ts';
import type { Step } from './scenario.ts';
import type { SeenRequest } from './stage-hand.ts';

type Expected = NonNullable<Step['expect']>;
type ExpectedDeliveries = NonNullable<Expected['deliveries']>;
type ExpectedRequests = Omit<NonNullable<Expected['requests']>, 'since'>;

interface Amount {
  readonly count?: number;
  readonly at_least?: number;
  readonly at_most?: number;
}

/** Whether an expectation holds, and what was found. */
export interface Judgment {
  readonly isMet: boolean;
  readonly wanted: string;
  readonly got: string;
}

/** Whether deliveries, all of the run in the order in which they were sent, are as expected. */
export function judgeDeliveries(
  all: readonly Delivery[],
  expected: ExpectedDeliveries,
  subjects: readonly string[] | null,
): Judgment {
  const { event, state, attempts, attempts_at_most: most, in_order: isOrdered } = expected;
  const found = all.filter(
    (one) =>
      (event === undefined || one.event === event) && (subjects === null || subjects.includes(one.subject ?? '')),
  );
  const faulty = [
    ...(state === undefined ? [] : found.filter((one) => one.state !== state)),
    ...(attempts === undefined ? [] : found.filter((one) => one.attempts.length !== attempts)),
    ...(most === undefined ? [] : found.filter((one) => one.attempts.length > most)),
    ...(isOrdered ? outOfOrder(found) : []),
  ];
  const wanted = [
    amountText(expected, event === undefined ? 'delivery' : event),
    state && `${state}`,
    attempts && `${counted(attempts, 'attempt')} each`,
    most && `at most ${counted(most, 'attempt')} each`,
    isOrdered && 'acknowledged in order',
  ];
  const [worst] = faulty;
  const states = new Map<string, number>();
  for (const one of found) states.set(one.state, (states.get(one.state) ?? 0) + 1);
  const counts = [...states].map(([name, count]) => `${count} ${name}`).join(', ') || 'none';
  return {
    isMet: worst === undefined && fits(found.length, expected) && (found.length > 0 || hasAmount(expected)),
    wanted: wanted.filter(Boolean).join(', '),
    got:
      worst === undefined ? counts : `${counts}; ${new Set(faulty).size} not as expected, such as ${describe(worst)}`,
  };
}

export function judgeRequests(all: readonly SeenRequest[], expected: ExpectedRequests): Judgment {
  const found = all.filter((one) => isSuch(one, expected));
  const { method, path, status } = expected;
  const what = [method, path ?? 'request', status !== undefined && `answered ${status}`].filter(Boolean).join(' ');
  const seen = found.slice(0, 3).map((one) => `${one.method} ${one.path} answered ${one.status}`);
  const isMet = hasAmount(expected) ? fits(found.length, expected) : found.length > 0;
  return {
    isMet,
    wanted: amountText(expected, what),
    got: found.length === 0 ? 'none' : `${found.length}: ${seen.join(', ')}${found.length > seen.length ? ', …' : ''}`,
  };
}

/** Whether rows of the API are as expected. */
export function judgeRows(
  rows: readonly { readonly [field: string]: unknown }[],
  { path, where = {}, ...amount }: NonNullable<Expected['api']>,
): Judgment {
  const found = rows.filter((row) =>
    Object.entries(where).every(([name, value]) => JSON.stringify(row[name]) === JSON.stringify(value)),
  );
  const isMet = hasAmount(amount) ? fits(found.length, amount) : found.length > 0;
  const named = Object.entries(where).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  return { isMet, wanted: amountText(amount, [path, ...named].join(' ')), got: `${found.length} of ${rows.length}` };
}

/** Whether a request is one of those that are meant. */
export function isSuch(
  one: SeenRequest,
  { method, path, status }: { method?: string; path?: string; status?: number },
): boolean {
  return (
    (method === undefined || one.method === method) &&
    (status === undefined || one.status === status) &&
    (path === undefined || isMatch(path, one.path ?? ''))
  );
}

/** `*` stands for anything. A loop, because a regular expression of several could take forever. */
function isMatch(pattern: string, path: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return pattern === path;
  if (!path.startsWith(first)) return false;
  const last = rest.pop() ?? '';
  let at = first.length;
  for (const part of rest) {
    const found = path.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return path.length - last.length >= at && path.endsWith(last);
}

function fits(found: number, { count, at_least: least, at_most: most }: Amount): boolean {
  return (
    (count === undefined || found === count) && found >= (least ?? 0) && found <= (most ?? Number.POSITIVE_INFINITY)
  );
}

function hasAmount({ count, at_least: least, at_most: most }: Amount): boolean {
  return count !== undefined || least !== undefined || most !== undefined;
}

function amountText(amount: Amount, what: string): string {
  const { count, at_least: least, at_most: most } = amount;
  const parts = [
    count !== undefined && `${count}`,
    least !== undefined && `at least ${least}`,
    most !== undefined && `at most ${most}`,
  ];
  return `${parts.filter(Boolean).join(' and ') || 'at least 1'} × ${what}`;
}

/** Those that were acknowledged before one that was sent earlier. */
function outOfOrder(sent: readonly Delivery[]): readonly Delivery[] {
  let latest = Number.NEGATIVE_INFINITY;
  return sent.filter(({ attempts }) => {
    const good = attempts.find(({ error }) => error === null);
    const at = good === undefined ? Number.POSITIVE_INFINITY : Date.parse(good.at);
    const isLate = at < latest;
    latest = Math.max(latest, at);
    return isLate;
  });
}

function describe({ event, delivery_id: id, state, attempts }: Delivery): string {
  const tried = attempts.map(({ status, error }) => (error === null ? `${status}` : error)).join(', then ');
  return `${event} [${id}] ${state} after ${counted(attempts.length, 'attempt')} (${tried})`;
}
