import { expect, it } from 'vitest';
import { EventReader } from '../../../src/pages/local/sse.ts';

const text = 'event: hello\ndata: {"last":2}\n\n:\n\nid: 7\nevent: delivery\ndata: {"a":"b: c"}\n\n';
const events = [
  { name: 'hello', data: '{"last":2}', id: null },
  { name: 'delivery', data: '{"a":"b: c"}', id: '7' },
];

it('reads the same events wherever the text is cut', () => {
  for (let at = 0; at <= text.length; at++) {
    const reader = new EventReader();
    expect([...reader.push(text.slice(0, at)), ...reader.push(text.slice(at))]).toEqual(events);
  }
});

it('keeps an event back until it is whole', () => {
  expect(new EventReader().push('data: 1\n')).toEqual([]);
});
