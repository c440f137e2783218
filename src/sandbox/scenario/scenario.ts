import * as v from 'valibot';
import { isRecord } from '../../json/parse.ts';
import { adviceOn } from '../../text/suggestion.ts';
import { longestAdvanceMs } from '../control/rows/clock.ts';
import { deliveryStates } from '../deliveries/delivery.ts';
import { optional, optionalText, text, wholeNumber } from '../message/shape.ts';
import { closed } from '../seed/closed.ts';
import type { Finding } from '../seed/mistakes.ts';
import { actions } from '../world/actions/actions.ts';
import { fields } from '../world/happening.ts';

const actionNames = actions.map(({ name }) => name);
const whole = (about: string, least = 0, most = 10_000) => optional(wholeNumber(least, most), about);
const duration = (about: string) =>
  optional(v.pipe(v.string(), v.regex(/^\d+(ms|s|m|h|d)$/, 'must be a duration such as 10s, 5m or 91d')), about);
const mark = (about: string) =>
  optional(v.pipe(v.string(), v.regex(/^[\w-]{1,40}$/, 'must be a name such as approved')), about);
const amount = {
  count: whole('exactly this many', 0, 100_000),
  at_least: whole('at least this many', 0, 100_000),
  at_most: whole('at most this many', 0, 100_000),
};
const requests = {
  method: optionalText('such as GET; default is any'),
  path: optionalText('path without query; * stands for anything, such as /api/v1/events/*/participants'),
  status: whole('status of the answer', 100, 599),
  since: mark('only requests after the step with this name; default is the whole run'),
};

const step = closed({
  title: optionalText('what the step shows, for the report'),
  as: mark('a name for later steps: `to` refers to the subjects of this step, `since` to the time after it'),
  do: optional(
    v.pipe(
      v.string(),
      v.check(
        (name) => actionNames.includes(name),
        ({ input }) => {
          return `is an unknown action; ${adviceOn(String(input), actionNames, `actions are ${actionNames.join(', ')}`)}`;
        },
      ),
    ),
    'an action of the sandbox, as in `revento sandbox do`',
  ),
  id: optionalText('ID of the subject; default: one that fits'),
  event: optionalText('id of the event it happens in; default is the test event'),
  to: mark('the subjects of the step with this name'),
  set: optional(fields, 'fields to set'),
  repeat: whole('number of times, each with another subject', 1),
  clock: optional(
    v.pipe(
      v.string(),
      v.regex(/^(advance \d+(ms|s|m|h|d)|resume)$/, 'must be "advance DURATION", such as "advance 91d", or "resume"'),
    ),
    'moves the clock of the sandbox forward; everything due in between happens',
  ),
  fault: optional(
    v.union([v.literal('clear'), v.array(v.string())]),
    'faults to inject, as in `revento sandbox fault`, or clear',
  ),
  rotate: optional(v.picklist(['start', 'finish']), 'rotation of the signing secret'),
  sync: optional(v.literal(true), 'have the integration read the API: POST to --sync-url, or wait for it'),
  wait: optional(
    closed({
      deliveries: optional(v.literal('attempted'), 'until every delivery of the run has had its attempt'),
      requests: optional(
        closed({ ...requests, at_least: amount.at_least }),
        'until the integration has sent these requests',
      ),
      quiet: duration('until the integration has sent no request for this long, in real time'),
      within: duration('longest wait in real time; default 30s'),
    }),
    'waits for a condition',
  ),
  expect: optional(
    closed({
      deliveries: v.exactOptional(
        closed({
          event: optionalText('event type; default is any'),
          to: mark('only those about the subjects of the step with this name'),
          state: optional(v.picklist(deliveryStates), 'all are in this state'),
          attempts: whole('each had exactly this many attempts', 1, 6),
          attempts_at_most: whole('each had at most this many attempts', 1, 6),
          in_order: optional(v.literal(true), 'they were acknowledged in the order in which they were sent'),
          ...amount,
        }),
      ),
      requests: v.exactOptional(closed({ ...requests, ...amount })),
      api: v.exactOptional(
        closed({
          path: text('list below the event, such as participants'),
          event: optionalText('id of an event that the integration is connected to; default is the test event'),
          where: optional(fields, 'only rows with these fields'),
          ...amount,
        }),
      ),
    }),
    'what must hold now',
  ),
});
export type Step = v.InferOutput<typeof step>;

/** What `sandbox run` plays to an integration, and what the integration must have done. */
export const scenario = closed({
  $schema: optionalText('where the JSON Schema of this file is'),
  title: text('what happens, in a few words'),
  shows: text('the lesson: what a correct integration does, and why'),
  steps: v.pipe(v.array(step), v.minLength(1, 'must have at least one step'), v.description('in this order')),
});
export type Scenario = v.InferOutput<typeof scenario>;

export const stepKinds = ['do', 'clock', 'fault', 'rotate', 'sync', 'wait', 'expect'] as const;
export type StepKind = (typeof stepKinds)[number];

/** Milliseconds of a duration that the schema has checked. */
export function durationMs(given: string): number {
  const [, count = '0', unit = 's'] = /^(\d+)(ms|s|m|h|d)$/.exec(given) ?? [];
  const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
  return Math.min(Number(count) * (units[unit] ?? 1), longestAdvanceMs);
}

/** What the schema cannot say: each step does one thing, and names only steps before it. */
export function stepFindings(value: unknown): readonly Finding[] {
  const steps = isRecord(value) && Array.isArray(value['steps']) ? (value['steps'] as readonly unknown[]) : [];
  const known = new Set<string>();
  return steps.flatMap((one, index) => {
    if (!isRecord(one)) return [];
    const path = ['steps', index];
    const kinds = stepKinds.filter((kind) => kind in one);
    const findings: Finding[] = [];
    if (kinds.length !== 1) {
      const has = kinds.length === 0 ? 'none' : kinds.join(' and ');
      findings.push({ path, message: `must have exactly one of ${stepKinds.join(', ')}; it has ${has}` });
    }
    for (const [name, at] of references(one)) {
      if (!known.has(name))
        findings.push({ path: [...path, ...at], message: `names the step ${name}, but no earlier step has this name` });
    }
    if (typeof one['as'] === 'string') known.add(one['as']);
    return findings;
  });
}

function references(
  step: Readonly<Record<string, unknown>>,
): readonly (readonly [name: string, path: readonly string[]])[] {
  const places = [
    ['to'],
    ['wait', 'requests', 'since'],
    ['expect', 'requests', 'since'],
    ['expect', 'deliveries', 'to'],
  ];
  return places.flatMap((path) => {
    const found = path.reduce<unknown>((at, name) => (isRecord(at) ? at[name] : undefined), step);
    return typeof found === 'string' ? [[found, path] as const] : [];
  });
}

/** What a step without a title is called. */
export function titleOf(step: Step, kind: StepKind): string {
  const value = step[kind];
  if (kind === 'do') return `${step.repeat === undefined ? '' : `${step.repeat} × `}${value}`;
  return typeof value === 'string' ? `${kind} ${value}` : kind;
}
