import { describe, expect, it } from 'vitest';
import { readPage } from '../../src/api/page.ts';
import type { HttpResponse } from '../../src/ports/exchange.ts';

const answer = (text: string): HttpResponse => ({ status: 200, headers: [], body: Buffer.from(text) });
const read = (text: string) => readPage(answer(text), 'GET /x');

describe('a page', () => {
  it('keeps rows unchanged: digits, order, unknown fields and duplicates', () => {
    const row = '{ "b": 2.50, "a": 1e400, "a": 12345678901234567890, "new_field": {"__proto__": "é\\u00e9"} }';
    const page = read(`{"next_cursor":null,"data":[${row}, {"id":"2"}],"has_more":false,"extra":[1]}`);
    expect(page.rows().map(({ text }) => text)).toEqual([row, '{"id":"2"}']);
  });

  it('has a next cursor while there is more', () => {
    expect(read('{"data":[],"next_cursor":"a\\u002fb","has_more":true}').nextCursor).toBe('a/b');
  });

  it('goes by has_more, not by the cursor', () => {
    expect(read('{"data":[],"next_cursor":"c","has_more":false}').nextCursor).toBeNull();
  });

  it('takes a cursor for the signal where has_more is missing', () => {
    expect(read('{"data":[],"next_cursor":"c"}').nextCursor).toBe('c');
    expect(read('{"data":[]}').nextCursor).toBeNull();
  });

  it.each([
    ['no JSON', 'data: []'],
    ['cut off', '{"data":[{"id":"1"}'],
    ['cut off in its cursor', '{"has_more":true,"data":[],"next_cursor":"ab\\u00'],
    ['broken in a row', '{"data":[{"id":tru}],"next_cursor":"c","has_more":true}'],
    ['no object', '[1,2]'],
    ['without data', '{"rows":[]}'],
    ['with data that is not a list', '{"data":{"id":1}}'],
    ['with more but no cursor', '{"data":[],"next_cursor":null,"has_more":true}'],
    ['with a has_more that is text', '{"data":[],"next_cursor":"c","has_more":"true"}'],
    ['with a has_more that is null', '{"data":[],"next_cursor":"c","has_more":null}'],
    ['with more and an empty cursor', '{"data":[],"next_cursor":"","has_more":true}'],
  ])('%s is a bad answer', (_name, text) => {
    expect(() => read(text).rows()).toThrow(expect.objectContaining({ code: 'bad_answer' }));
  });

  it.each([
    ['<!doctype html><title>Log in</title>', 'HTML instead of JSON'],
    ['{"data":[{"id', 'cut off'],
    ['', 'an empty body'],
  ])('names what came instead: %j', (text, kind) => {
    expect(() => read(text).rows()).toThrow(expect.objectContaining({ message: expect.stringContaining(kind) }));
  });

  it('does not quote the answer in the failure', () => {
    expect(() => read('canary')).toThrow(expect.objectContaining({ message: expect.not.stringContaining('canary') }));
  });
});
