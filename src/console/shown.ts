import { controlPrefix, controlVariable } from '../sandbox/control/key.ts';
import { type OperationName, operations, spread } from '../sandbox/control/operations.ts';
import type { Shown } from './model/wire.ts';

export interface ShownContext {
  /** Base URL of the sandbox. */
  readonly address: string;
  /** Begin of a command line for it, such as `revento sandbox`. */
  readonly command: string;
}

type Params = { readonly [name: string]: unknown };

/** The begin of a command line that uses the profile of the sandbox. */
export function profiled(command: string): string {
  const program = command.replace(/ sandbox$/, '');
  return program.includes(' -p ') ? program : `${program} -p sandbox`;
}

/** The command line and the curl line that do the same operation as the page. Neither contains the key. */
export function shownFor(name: OperationName, params: Params, { address, command }: ShownContext): Shown {
  const words = wordsOf(name, params);
  return {
    command: words === null ? null : [command, ...words.map(quoted)].join(' '),
    curl: curlFor(name, params, address),
  };
}

function curlFor(name: OperationName, params: Params, address: string): string {
  const { path, body } = spread(name, params as never);
  const parts = ['curl -fsS', quoted(`${address}${controlPrefix}${path}`)];
  parts.push(`-H "Authorization: Bearer $${controlVariable}"`);
  if (operations[name].method === 'POST') {
    parts.push("-H 'Content-Type: application/json'", `-d ${quoted(JSON.stringify(body))}`);
  }
  return parts.join(' ');
}

/** What follows `revento sandbox`; null for an operation that no command has. */
function wordsOf(name: OperationName, params: Params): readonly string[] | null {
  const text = (key: string) => String(params[key]);
  switch (name) {
    case 'do':
      return ['do', text('action'), ...listOf(params['ids']), ...settings(params)];
    case 'trigger':
      return ['trigger', text('type')];
    case 'redeliver':
      return ['redeliver', text('delivery_id')];
    case 'fault':
      return [
        'fault',
        ...listOf(params['add']),
        ...listOf(params['remove']).flatMap((fault) => ['--remove', fault]),
        ...(params['clear'] === true ? ['--clear'] : []),
      ];
    case 'advance':
      return ['clock', 'advance', durationOf(Number(params['ms']))];
    case 'set_clock':
      return ['clock', 'set', text('to')];
    case 'hold_clock':
      return ['clock', 'hold'];
    case 'resume_clock':
      return ['clock', 'resume'];
    case 'rotate':
      return ['rotate', ...(params['finish'] === true ? ['--finish'] : [])];
    case 'reset':
      return ['reset', ...(params['keep_logins'] === true ? ['--keep-logins'] : [])];
    case 'status':
    case 'clock':
    case 'audit':
      return [name];
    case 'deliveries':
      return ['deliveries', ...(params['state'] === undefined ? [] : ['--state', text('state')])];
    case 'log':
      return ['log', ...(params['kind'] === undefined ? [] : ['--kind', text('kind')])];
    case 'faults':
      return ['fault'];
    default:
      return null;
  }
}

const listOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);

function settings({ set }: Params): readonly string[] {
  if (typeof set !== 'object' || set === null || Object.keys(set).length === 0) return [];
  return ['--data', JSON.stringify(set)];
}

/** In the largest unit that gives a whole number, as the command takes it. */
export function durationOf(ms: number): string {
  for (const [unit, size] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1_000],
  ] as const) {
    if (ms > 0 && ms % size === 0) return `${ms / size}${unit}`;
  }
  return `${ms}ms`;
}

/** For a POSIX shell. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
