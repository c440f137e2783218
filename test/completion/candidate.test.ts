import { expect, it } from 'vitest';
import { toLines } from '../../src/completion/candidate.ts';

const lines = (...values: string[]) =>
  toLines({ candidates: values.map((value) => ({ value, about: 'a\tb\nc' })), also: 'nothing', isOpen: false });

it('gives the shells one candidate per line, with its description after a tab', () => {
  expect(lines('--output=json', '/events/{event}', '::1')).toBe(
    'nothing\n--output=json\ta b c\n/events/{event}\ta b c\n::1\ta b c\n',
  );
});

it.each(['`id`', '$(id)', 'a b', 'a;id', "a'b", 'a"b', 'a\nb', 'a|b', 'a&b', '~', 'a*', 'a>b', '!x', '\u001b[2J'])(
  'hands them nothing that has to be quoted: %j',
  (value) => {
    expect(lines(value)).toBe('nothing\n');
  },
);
