import { expect, it } from 'vitest';
import { sentence } from '../../src/text/sentence.ts';

it.each([
  ['nobody fits', 'Nobody fits.'],
  ['The handler answered 500.', 'The handler answered 500.'],
  ['is PATH behind your own login?', 'Is PATH behind your own login?'],
  ['élan', 'Élan.'],
])('makes a sentence of %j', (clause, wanted) => {
  expect(sentence(clause)).toBe(wanted);
});
