// `npm run bench`: runs every benchmark of this folder, one after the other, into one report. It names what can't be
// measured on this machine; only a failure of revento itself makes it fail.
//
//   npm run bench                   all of them, 20 rounds or more each
//   npm run bench -- start-up       only those whose file name contains a word
//   npm run bench -- --rounds 40
import { readdirSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { removed, removedNote, toMarkdown } from './kit.mjs';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { rounds: { type: 'string' } } });
const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
if (rounds !== undefined && !(rounds >= 1)) throw new Error('--rounds takes a number from 1 up');

const results = [];
const failures = [];
const files = readdirSync(import.meta.dirname).filter(
  (file) => /\.mjs$/.test(file) && !/^(kit|peers|run)\.mjs$/.test(file),
);
for (const file of files.sort()) {
  if (positionals.length > 0 && !positionals.some((word) => file.includes(word))) continue;
  const benchmark = await import(new URL(file, import.meta.url).href);
  // A file without both is part of another benchmark.
  if (typeof benchmark.run !== 'function' || typeof benchmark.title !== 'string') continue;
  const startedAt = Date.now();
  process.stderr.write(`${benchmark.title} … `);
  try {
    for (const result of [await benchmark.run(rounds === undefined ? {} : { rounds })].flat()) {
      results.push(result);
      console.log(toMarkdown(result));
    }
  } catch (error) {
    failures.push({ title: benchmark.title, reason: error.message });
    console.log(`### ${benchmark.title}\n\nFailed: ${error.message}\n`);
  }
  process.stderr.write(`${Math.round((Date.now() - startedAt) / 1000)} s\n`);
}

if (removedNote !== '') console.log(removedNote);

const isWhole = positionals.length === 0;
if (isWhole) {
  const machine = `Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown CPU'}, ${process.platform} ${release()}`;
  const report = [
    '# Benchmarks',
    '',
    `Made by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}: ${machine}.`,
    'Every row is a median of paired rounds. Compare figures within a table only.',
    removedNote,
    '',
    ...results.map(toMarkdown),
    ...failures.map(({ title, reason }) => `### ${title}\n\nFailed: ${reason}\n`),
  ].join('\n');
  writeFileSync(join(import.meta.dirname, 'results.md'), report);
  writeFileSync(
    join(import.meta.dirname, 'results.json'),
    `${JSON.stringify({ machine, removed, results, failures }, null, 2)}\n`,
  );
  process.stderr.write('Written to bench/results.md and bench/results.json\n');
}
if (failures.length > 0) process.exitCode = 1;
