import { describe, expect, it } from 'vitest';
import { createRawBytes } from '../../src/output/raw-bytes.ts';
import { plainStyle } from '../../src/text/style.ts';
import { colored } from '../support/commands/style.ts';

const bytes = (text: string) => Buffer.from(text, 'utf8');

describe('raw bytes', () => {
  it('are not touched on the way into a pipe or file', () => {
    const raw = createRawBytes(null);
    const input = Buffer.from([0xff, 0x1b, 0x00, 0x9b, 0x0d]);
    expect(raw.chunk(input)).toBe(input);
    expect(raw.end()).toBe('');
  });

  it('that are JSON keep their meaning on a terminal', () => {
    expect(createRawBytes(plainStyle()).chunk(bytes('{"a":"\u009b2J"}'))).toBe('{\n  "a": "\\u009b2J"\n}');
  });

  it('that are not JSON lose what controls a terminal', () => {
    expect(createRawBytes(plainStyle()).chunk(bytes('HTTP 200\r\nX: \u001b]0;evil\u0007\n'))).toBe(
      'HTTP 200\nX: ]0;evil\n',
    );
  });

  it('are decoded across the border of two chunks', () => {
    const raw = createRawBytes(plainStyle());
    const input = bytes('né');
    expect(`${raw.chunk(input.subarray(0, 2))}${raw.chunk(input.subarray(2))}`).toBe('né');
  });

  it('end with a line on a terminal, so that the prompt begins on its own', () => {
    const raw = createRawBytes(plainStyle());
    raw.chunk(bytes('{}'));
    expect(raw.end()).toBe('\n');
  });

  it('that end with a line get no second one', () => {
    const raw = createRawBytes(plainStyle());
    raw.chunk(bytes('text\n'));
    expect(raw.end()).toBe('');
    const json = createRawBytes(plainStyle());
    expect(`${json.chunk(bytes(' {}\n\n'))}${json.end()}`).toBe('{}\n');
  });

  it('that are JSON are indented and colored on a terminal, every digit as it was', () => {
    expect(createRawBytes(colored).chunk(bytes('{"a":[1e400,2.50]}'))).toBe(
      '{\n  <blue>"a"</blue>: [\n    <cyan>1e400</cyan>,\n    <cyan>2.50</cyan>\n  ]\n}',
    );
  });
});
