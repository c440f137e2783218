// `npm run new command GROUP NAME`, `npm run new endpoint NAME PATH`, `npm run new event TYPE`: writes the file, row
// and test of a new command, endpoint or event from templates. The result passes every check. Then it runs `npm run
// docs`.
import { spawnSync } from 'node:child_process';
import { join, relative } from 'node:path';
import { newCommand } from './new/command.mjs';
import { Refusal } from './new/edit.mjs';
import { newEndpoint } from './new/endpoint.mjs';
import { newEvent } from './new/event.mjs';

const root = join(import.meta.dirname, '..');
const usage = `Usage:
  npm run new command GROUP NAME    such as: npm run new command webhook pause
  npm run new endpoint NAME PATH    such as: npm run new endpoint 'speakers list' /events/{event_id}/speakers
  npm run new event TYPE            such as: npm run new event thread.updated`;

/** What can be created, with the number of arguments. */
const kinds = { command: [newCommand, 2], endpoint: [newEndpoint, 2], event: [newEvent, 1] };

const [kind, ...words] = process.argv.slice(2);
try {
  if (!Object.hasOwn(kinds, kind ?? '')) throw new Refusal(usage);
  const [make, count] = kinds[kind];
  if (words.length !== count) throw new Refusal(usage);
  const { files, next } = await make(root, ...words);
  const docs = spawnSync(process.execPath, [join(root, 'scripts/docs.mjs')], { cwd: root, stdio: 'inherit' });
  if (docs.status !== 0) throw new Error(`npm run docs ended with ${docs.status}`);
  for (const file of files) console.log(`Written: ${relative(root, file)}`);
  console.log(`Next: ${next}`);
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
