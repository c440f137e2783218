import { expect, it } from 'vitest';
import { answerView } from '../../src/inspector/delivery-view.ts';
import type { Posted } from '../../src/webhook/sending/post.ts';

/** What the page gets of an answer with that body, of which so many bytes are shown. */
function viewOf(body: Uint8Array, mostBytes: number) {
  const posted: Posted = {
    ...{ url: 'http://127.0.0.1:3000/', status: 500, latencyMs: 1, error: null, failure: null },
    ...{ excerpt: '', location: null, response: { status: 500, headers: [], body } },
  };
  return answerView(posted, { hintFor: () => null }, mostBytes);
}

it.each(['a', 'ë', '€', '😀'])(
  'shows a long answer of %s up to the last whole letter, wherever it is cut',
  (letter) => {
    const body = Buffer.from(letter.repeat(20));
    const size = Buffer.byteLength(letter);
    for (let most = 4; most < 20; most++) {
      expect(viewOf(body, most)).toMatchObject({ body: letter.repeat(Math.floor(most / size)), is_body_cut: true });
    }
  },
);

it('keeps a byte order mark, and shows no text of bytes that are not UTF-8', () => {
  expect(viewOf(Buffer.from('\ufeff{}'), 100)).toMatchObject({ body: '\ufeff{}', is_body_cut: false });
  const cut = Buffer.from('€€').subarray(0, 5);
  for (const bytes of [cut, Buffer.from([0x61, 0xff, 0x61])]) expect(viewOf(bytes, 100).body).toBeNull();
});
