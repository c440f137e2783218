import { describe, expect, it } from 'vitest';
import { RecordingScrubber } from '../../src/pseudonyms/recording-scrubber.ts';
import { parseRecording } from '../../src/webhook/recording.ts';
import { envelope, newSecret } from '../support/webhook/delivery.ts';
import { recordedLine } from '../support/webhook/recorded.ts';
import { failureOf, lineOf, scrubbed, scrubber } from '../support/webhook/scrubbed.ts';
import { survivorsIn } from '../support/webhook/survivors.ts';

describe('a delivery that was not genuine', () => {
  const forgeries = [
    ['signature_mismatch', { signature: `sha256=${'ab'.repeat(32)}` }],
    ['bad_signature_format', { signature: `SHA256=${'AB'.repeat(32)}` }],
    ['bad_signature_format', { signature: 'sha256=Alice' }],
    ['bad_timestamp', { timestamp: '17e8' }],
    ['bad_timestamp', { timestamp: '1700000000123' }],
    ['bad_timestamp', { timestamp: 'Alice Novak' }],
  ] as const;
  it.each(forgeries)('stays invalid: %s %j', async (reason, change) => {
    const by = scrubber();
    const text = await scrubbed([lineOf({ name: 'Alice Novak' }, { ...change, reason })], by);
    const { deliveries } = await parseRecording(text);
    expect(deliveries.map(failureOf)).toEqual([reason]);
    expect(deliveries[0]?.invalid).toBe(reason);
    expect(survivorsIn(text, [...Object.values(change), 'Alice'])).toEqual([]);
  });

  it('stays forged when somebody wrote into the recording that it was verified', async () => {
    const by = scrubber();
    const text = await scrubbed([recordedLine({ secret: newSecret(), body: envelope() })], by);
    const { deliveries } = await parseRecording(text);
    expect(deliveries.map(failureOf)).toEqual(['signature_mismatch']);
    expect(deliveries[0]?.invalid).toBe('signature_mismatch');
    expect(by.tally.doubted).toBe(1);
  });

  it('is marked as unchecked where no secret can tell, also when it is scrubbed again', async () => {
    const once = await scrubbed([recordedLine({ secret: newSecret(), body: envelope() })], scrubber([]));
    const twice = await scrubbed(once.trimEnd().split('\n'));
    for (const text of [once, twice]) {
      const { deliveries } = await parseRecording(text);
      expect(deliveries.map(({ scrubbed: how }) => how?.isChecked)).toEqual([false]);
    }
  });

  it('stays forged when it brings a key of its own into a recording', async () => {
    const stranger = scrubber([newSecret()]);
    const forged = (await stranger.line(recordedLine({ secret: newSecret(), body: envelope() }), 1)) ?? '';
    const own = scrubber([newSecret()]);
    const signer = newSecret();
    const claimed =
      (await new RecordingScrubber({ secrets: () => [signer] }).line(
        recordedLine({ secret: signer, body: envelope() }),
        1,
      )) ?? '';
    expect(JSON.parse(claimed)).toMatchObject({ verified: true, scrubbed: { checked: true } });
    const genuine = lineOf({ name: 'Alice Novak' });
    const safe = (await scrubbed([genuine])).trimEnd().split('\n');
    for (const lines of [
      [genuine, claimed],
      [...safe, claimed],
      [...safe, forged],
      [genuine, own.head, claimed],
    ]) {
      const { deliveries, warnings } = await parseRecording(lines.join('\n'));
      expect([deliveries.length, warnings.length]).toEqual([1, 1]);
      const again = await parseRecording(await scrubbed(lines));
      expect(again.deliveries.map(({ invalid }) => invalid)).toEqual([null, 'signature_mismatch']);
    }
  });

  it('is not called checked when somebody made the whole file', async () => {
    const signer = newSecret();
    const claimed = await scrubbed([recordedLine({ secret: signer, body: envelope() })], scrubber([signer]));
    const { deliveries } = await parseRecording(await scrubbed(claimed.trimEnd().split('\n')));
    expect(deliveries.map(({ scrubbed: how }) => [how?.isChecked, how?.vouched])).toEqual([[false, null]]);
  });
});
