// The shared kit of the benchmarks: paired runs, medians, ratios, one table.
//
// A benchmark is one file in this folder that exports `title` and `run(options)`, which gives back the result of a
// `race` (or several). `npm run bench` runs them all; `node bench/NAME.mjs` runs one:
//
//   import { race, runAlone } from './kit.mjs';
//   export const title = 'One API call';
//   export async function run({ rounds = 20 } = {}) {
//     return race({ title, rounds, baseline: 'node -e 0', contestants: [
//       { name: 'node -e 0', command: [process.execPath, '-e', '0'] },
//       { name: 'revento', command: [...], env: {...}, bar: 2.4 },
//       { name: 'gh', missing: 'not installed: apt-get install gh' },
//     ] });
//   }
//   await runAlone(import.meta, run);
import { spawn } from 'node:child_process';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';

/**
 * Variables that nothing measured inherits: they make every start of Node slower, or another one than users have. With
 * NODE_EXTRA_CA_CERTS, Node 20 reads a bundle of certificates in each `node -e 0`, so that all ratios to it look small.
 */
const distorting = ['NODE_EXTRA_CA_CERTS', 'NODE_OPTIONS', 'NODE_DISABLE_COMPILE_CACHE', 'NODE_COMPILE_CACHE'];

/** The environment this process was started with, for what is not measured. */
export const originalEnv = { ...process.env };

/** The distorting variables that were set, and are removed. */
export const removed = distorting.filter((name) => process.env[name] !== undefined);
for (const name of removed) delete process.env[name];

/** Says in a report which variables were removed. */
export const removedNote =
  removed.length > 0 ? `Removed from the environment of every program: ${removed.join(', ')}.` : '';

/** The largest acceptable ratio of one API call to `node -e 0`. Node 22 and newer start slower themselves. */
export const oneCallBar = Number.parseInt(process.versions.node, 10) < 22 ? 2.7 : 2.5;

/**
 * @typedef {object} Contestant
 * @property {string} name
 * @property {readonly string[]} [command]  program and arguments; its wall-clock time is measured, spawn to exit
 * @property {Record<string, string>} [env]  added to the environment of `command`
 * @property {number | 'any'} [exit]  exit status `command` must end with; default 0
 * @property {() => Promise<number>} [measure]  in place of `command`: gives back what it measured, in `unit`
 * @property {number} [bar]  the largest acceptable ratio to the baseline
 * @property {string} [missing]  in place of both: why it can't run on this machine
 *
 * @typedef {object} Row
 * @property {string} name
 * @property {number} median
 * @property {number} min
 * @property {number} max
 * @property {number} ratio  median over the rounds of (this one / the baseline in the same round)
 * @property {number | null} bar
 *
 * @typedef {object} Result
 * @property {string} title
 * @property {string} unit
 * @property {number} rounds
 * @property {string} baseline
 * @property {Row[]} rows
 * @property {{ name: string, reason: string }[]} missing
 */

/**
 * Runs every contestant once per round, in a different order each round, so that other load on the machine affects all
 * of them equally. Ratios are taken within a round, because only runs close in time can be compared.
 *
 * @param {object} options
 * @param {string} options.title
 * @param {readonly Contestant[]} options.contestants
 * @param {string} options.baseline  name of the contestant that counts as 1.0
 * @param {string} [options.unit]  default `ms`; with `measure` it is whatever that gives back
 * @param {number} [options.rounds]  default 20
 * @param {number} [options.warmups]  rounds that do not count; default 2
 * @returns {Promise<Result>}
 */
export async function race({ title, contestants, baseline, unit = 'ms', rounds = 20, warmups = 2 }) {
  const missing = contestants.filter((one) => one.missing !== undefined);
  const present = contestants.filter((one) => one.missing === undefined);
  if (!present.some((one) => one.name === baseline)) throw new Error(`${title}: the baseline ${baseline} can't run`);

  const samples = new Map(present.map((one) => [one.name, []]));
  for (let round = -warmups; round < rounds; round++) {
    const turn = ((round % present.length) + present.length) % present.length;
    for (const one of [...present.slice(turn), ...present.slice(0, turn)]) {
      const value = await (one.measure ?? (() => timeOf(one)))();
      if (round >= 0) samples.get(one.name).push(value);
    }
  }

  const base = samples.get(baseline);
  const rows = present.map(({ name, bar }) => {
    const values = samples.get(name);
    return {
      name,
      median: median(values),
      min: Math.min(...values),
      max: Math.max(...values),
      ratio: median(values.map((value, round) => value / base[round])),
      bar: bar ?? null,
    };
  });
  return {
    title,
    unit,
    rounds,
    baseline,
    rows,
    missing: missing.map(({ name, missing: reason }) => ({ name, reason })),
  };
}

/**
 * Milliseconds from spawn to exit of a program whose output is discarded.
 *
 * @param {Contestant} contestant
 * @returns {Promise<number>} rejects when it can't be started or ends with an unexpected exit status
 */
export function timeOf({ name, command: [program, ...args], env, exit = 0 }) {
  return new Promise((resolve, reject) => {
    const startedAt = process.hrtime.bigint();
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...env } });
    let endedAt = startedAt;
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      said += text;
    });
    child.once('error', reject);
    child.once('exit', () => {
      endedAt = process.hrtime.bigint();
    });
    child.once('close', (status) => {
      if (exit === 'any' || status === exit) resolve(Number(endedAt - startedAt) / 1e6);
      else reject(new Error(`${name} ended with ${status}, not ${exit}: ${said.trim().slice(0, 500)}`));
    });
  });
}

/** The median of a list of numbers; the mean of the middle two if their count is even. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * A result as a Markdown table, followed by what was missing.
 *
 * @param {Result} result
 */
export function toMarkdown({ title, unit, rounds, baseline, rows, missing }) {
  const cells = [
    ['', 'ratio', `median (${unit})`, 'min', 'max', 'bar'],
    ...rows.map((row) => [
      row.name,
      row.ratio.toFixed(2),
      figure(row.median),
      figure(row.min),
      figure(row.max),
      row.bar === null ? '' : `≤ ${row.bar.toFixed(1)} ${row.ratio <= row.bar ? 'met' : 'MISSED'}`,
    ]),
  ];
  const widths = cells[0].map((_cell, column) => Math.max(3, ...cells.map((row) => row[column].length)));
  const line = (row) =>
    `| ${row.map((cell, at) => (at === 0 || at === 5 ? cell.padEnd(widths[at]) : cell.padStart(widths[at]))).join(' | ')} |`;
  const rule = `|${widths.map((width, at) => (at === 0 || at === 5 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [
    `### ${title}`,
    '',
    line(cells[0]),
    rule,
    ...cells.slice(1).map(line),
    '',
    `${rounds} paired rounds; the ratio is to \`${baseline}\`, taken within a round.`,
    ...missing.map(({ name, reason }) => `Missing: ${name} (${reason}).`),
    '',
  ].join('\n');
}

const figure = (value) => (value >= 1000 ? Math.round(value).toLocaleString('en') : value.toFixed(value >= 10 ? 1 : 2));

/**
 * Runs a benchmark when its file was started directly (with `--json`, one result per line); does nothing when it is
 * imported.
 *
 * @param {ImportMeta} meta
 * @param {(options: { rounds?: number }) => Promise<Result | Result[]>} run
 */
export async function runAlone(meta, run) {
  if (argv[1] === undefined || fileURLToPath(meta.url) !== argv[1]) return;
  const isJson = argv.includes('--json');
  const given = argv.slice(2).find((word) => word !== '--json');
  const results = [await run({ rounds: given === undefined ? undefined : Number(given) })].flat();
  for (const result of results) console.log(isJson ? JSON.stringify(result) : toMarkdown(result));
  if (!isJson && removedNote !== '') console.log(removedNote);
}
