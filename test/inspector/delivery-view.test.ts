import { describe, expect, it } from 'vitest';
import { answerView, deliveryView } from '../../src/inspector/delivery-view.ts';
import { fromRecording } from '../../src/inspector/inspected.ts';
import type { Recorded } from '../../src/webhook/recorded-line.ts';
import { parseRecording } from '../../src/webhook/recording.ts';
import type { Posted } from '../../src/webhook/sending/post.ts';
import { envelope, newSecret } from '../support/webhook/delivery.ts';
import { recordedLine } from '../support/webhook/recorded.ts';
import { lineOf, scrubbed, scrubber, secret } from '../support/webhook/scrubbed.ts';

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

describe('a scrubbed delivery', () => {
  const configured = (...secrets: readonly string[]) => ({
    secrets: () => secrets.map((value) => ({ name: 'webhook_secret' as const, value })),
    otherSecrets: async () => new Map<string, string>(),
    hintFor: () => null,
  });
  const viewed = async (lines: string, ...secrets: readonly string[]) => {
    const [recorded] = (await parseRecording(lines)).deliveries;
    return deliveryView(1, fromRecording(recorded as Recorded, ''), configured(...secrets));
  };

  it('is signed again only with the secret that vouches for it', async () => {
    const own = await scrubbed([lineOf({})]);
    expect(await viewed(own, secret)).toMatchObject({ cannot_resign: null });
    expect((await viewed(own, newSecret())).cannot_resign).toMatch(/it may be forged/);
    expect((await viewed(own)).cannot_resign).toMatch(/needs a signing secret/);
  });

  it('is not signed again where somebody else scrubbed it, whatever it says of itself', async () => {
    const stranger = newSecret();
    const line = recordedLine({ secret: stranger, body: envelope() });
    expect((await viewed(await scrubbed([line], scrubber([stranger])), secret)).cannot_resign).toMatch(/may be forged/);
    expect((await viewed(await scrubbed([line], scrubber([])), secret)).cannot_resign).toMatch(/was not checked/);
  });

  it('says that its signature is not that of Revento', async () => {
    const { signature } = await viewed(await scrubbed([lineOf({})]), secret);
    expect(signature.hints[0]).toMatch(/not that Revento sent it/);
  });
});
