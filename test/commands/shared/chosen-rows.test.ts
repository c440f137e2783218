import { expect, it } from 'vitest';
import { chosenRows } from '../../../src/commands/shared/chosen-rows.ts';

const rows = [{ id: 'first' }, { id: 'second' }, { id: 'third' }];
const about = { kind: 'rule', hint: 'run: revento list' };

it.each([
  [undefined, ['first', 'second', 'third']],
  ['second', ['second']],
  ['third, first,third', ['first', 'third']],
])('of a table the ids %j choose %j, in its order', (list, ids) => {
  expect(chosenRows(list, rows, about).map(({ id }) => id)).toEqual(ids);
});

it.each([
  ['first,secnd', 'Unknown rule "secnd".', 'did you mean second?'],
  ['', 'Unknown rule "".', 'run: revento list'],
  ['something', 'Unknown rule "something".', 'run: revento list'],
])('refuses %j', (list, message, hint) => {
  expect(() => chosenRows(list, rows, about)).toThrow(
    expect.objectContaining({ code: 'usage', message, facts: expect.objectContaining({ hint }) }),
  );
});
