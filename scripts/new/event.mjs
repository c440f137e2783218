// A webhook event type: its row. test/webhook/event.test.ts tests every row.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { appendRows, fromTemplate, Refusal } from './edit.mjs';

export function newEvent(root, type) {
  if (!/^[a-z][a-z_]*(?:\.[a-z][a-z_]*)+$/.test(type)) {
    throw new Refusal(`"${type}" is not an event type: write it like thread.updated.`);
  }
  const file = join(root, 'src/webhook/event.ts');
  if (readFileSync(file, 'utf8').includes(`type: '${type}'`)) throw new Refusal(`The type "${type}" already exists.`);
  const subject = type.slice(0, type.indexOf('.')).replaceAll('_', ' ');
  const values = { TYPE: type, SUBJECT: `${/^[aeiou]/.test(subject) ? 'an' : 'a'} ${subject}` };
  appendRows(file, 'const eventTypes', fromTemplate('event-row', values));
  return { files: [file], next: 'describe when it is sent, and give its sample the fields in the guide' };
}
