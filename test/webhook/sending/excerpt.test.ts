import { describe, expect, it } from 'vitest';
import { excerptOf } from '../../../src/webhook/sending/excerpt.ts';
import { usedHeapBytes } from '../../support/program/memory/held-memory.ts';

const of = (text: string) => excerptOf(Buffer.from(text));

describe('an answer that is HTML', () => {
  it('is the text of the page, as Express answers a failure', () => {
    const page =
      '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Error</title>\n</head>\n<body>\n' +
      '<pre>TypeError: no &#39;id&#39; in &lt;body&gt;<br> &nbsp; &nbsp;at handle (/app/server.js:12:31)</pre>\n</body>\n</html>\n';
    expect(of(page)).toBe("Error\nTypeError: no 'id' in <body>\nat handle (/app/server.js:12:31)");
  });

  it('has no style sheet and no script in it, however long they are', () => {
    const css = 'body { color: red }\n'.repeat(5_000);
    const page = `<html><head><style>${css}</style><SCRIPT>if (1 < 2) alert()</Script></head><body><h1>Boom</h1></body></html>`;
    expect(of(page)).toBe('Boom');
  });

  it('repeats a text only once that is both title and heading', () => {
    expect(of('<html><title>Not Found</title><h1>Not <b>Found</b></h1><!-- <p>hidden</p> --></html>')).toBe(
      'Not Found',
    );
  });

  it.each(['<html><script>', '<html><!-- ', '<html><p', '<html></style>x<'])('may be cut off: %s', (page) => {
    expect(of(page)).not.toContain('html');
  });

  it('is read in one pass, whatever is in it', () => {
    expect(of(`<html>${'<script></scrip'.repeat(17_000)}`)).toBe('');
  });
});

it('leaves any other text unchanged but cut', () => {
  expect(of('{"error":"<b>no</b>"}')).toBe('{"error":"<b>no</b>"}');
  expect(of('x'.repeat(10_000))).toHaveLength(4_096);
});

it('keeps no more of a long answer in memory than it shows', () => {
  const before = usedHeapBytes();
  const kept = Array.from({ length: 100 }, (_, at) => of(`${at} ${'x'.repeat(250_000)}`));
  expect(usedHeapBytes() - before).toBeLessThan(5_000_000);
  expect(kept).toHaveLength(100);
});
