import { describe, expect, it } from 'vitest';
import { adviceOn, nearest } from '../../src/text/suggestion.ts';

describe('the word that was meant', () => {
  it.each([
    ['clinet_id', 'client_id'],
    ['auth_bsae', 'auth_base'],
    ['oputput', 'output'],
    ['scop', 'scope'],
  ])('by %s is %s', (word, expected) => {
    expect(nearest(word, ['client_id', 'auth_base', 'output', 'scope'])).toBe(expected);
  });

  it.each(['completely', '', 'client'])('is not suggested for %j, which resembles none', (word) => {
    expect(nearest(word, ['client_id', 'output', 'scope'])).toBeNull();
  });
});

it('suggests the word that is meant, or else the given hint', () => {
  expect(adviceOn('pyton', ['python', 'go'], 'languages are python, go')).toBe('did you mean python?');
  expect(adviceOn('cobol', ['python', 'go'], 'languages are python, go')).toBe('languages are python, go');
});
