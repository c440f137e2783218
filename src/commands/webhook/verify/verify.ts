import { readBytes } from '../../../command-kit/byte-input.ts';
import type { CommandModule } from '../../../command-kit/command.ts';
import type { Deps } from '../../../command-kit/deps.ts';
import { exitStatus, ReventoError } from '../../../errors/revento-error.ts';
import { parseJson } from '../../../json/parse.ts';
import type { Json } from '../../../json/value.ts';
import { type Item, valueItem } from '../../../output/item.ts';
import type { HeaderList } from '../../../ports/exchange.ts';
import { decodeText } from '../../../text/input.ts';
import type { Style } from '../../../text/style.ts';
import { diagnose } from '../../../webhook/diagnosis/diagnose.ts';
import { isScrubbedFile, type Scrubbed } from '../../../webhook/file-key.ts';
import { judge, readHead } from '../../../webhook/head.ts';
import { readLine } from '../../../webhook/recorded-line.ts';
import { deliveryHeaders, type Verdict, verify } from '../../../webhook/signature.ts';
import { otherSecrets, signingSecrets } from '../shared/secrets.ts';
import { judgeScrubbed, notFromRevento, uncheckedBefore, unsoundLine } from './scrubbed.ts';

interface WebhookVerifyOptions {
  readonly file?: string;
  readonly timestamp?: string;
  readonly signature?: string;
  readonly ignoreAge?: boolean;
}

/** What to verify: bytes and their headers. */
interface Input {
  readonly headers: HeaderList;
  readonly body: Uint8Array;
  /** Null unless it comes from a scrubbed recording. */
  readonly scrubbed: Scrubbed | null;
  /** Why it was recorded as invalid, or null. */
  readonly invalid: string | null;
}

/** What the command uses. */
type VerifyDeps = Pick<Deps, 'profile' | 'secrets' | 'storedProfiles' | 'terminal' | 'signal' | 'clock'>;

/** `revento webhook verify`: whether a body, or one recorded delivery, has a valid signature; exit 3 if not. */
export const webhookVerify: CommandModule<WebhookVerifyOptions> = {
  declare: (command) =>
    command
      .argument(
        '[file]',
        'file with the body, one recorded delivery, or a scrubbed recording; - or nothing for standard input',
      )
      .option('--timestamp <seconds>', 'value of X-Revento-Timestamp')
      .option('--signature <signature>', 'value of X-Revento-Signature')
      .option('--ignore-age', 'accept a timestamp of any age; always for a scrubbed recording'),
  examples: {
    'revento webhook verify body.json --timestamp 1700000000 --signature sha256=… --ignore-age':
      'a body and its headers',
    'tail -n 1 deliveries.ndjson | revento webhook verify': 'the last delivery of a recording',
  },
  layout: { shape: 'value' },
  answersByStatus: () => true,

  async *run(options, deps: VerifyDeps) {
    const bytes = await readBytes(options.file, deps);
    // With the headers given, the bytes are a body that anybody may have sent: it never vouches for itself.
    if (options.timestamp === undefined && options.signature === undefined && isScrubbedFile(bytes)) {
      const { recordingOf } = await import('../../../webhook/recording.ts');
      const recording = await recordingOf(bytes, deps.signal);
      const { item, isSound } = judgeScrubbed(recording);
      yield item;
      return isSound ? undefined : exitStatus.unmet;
    }
    const { headers, body, scrubbed, invalid } = readInput(options, bytes);
    const secrets = scrubbed === null ? await signingSecrets(deps) : [];
    const keys = scrubbed === null ? secrets.map(({ secret }) => secret.reveal()) : [scrubbed.fileKey];
    const receivedAt = deps.clock.now();
    const toleranceSeconds = options.ignoreAge || scrubbed !== null ? Number.POSITIVE_INFINITY : undefined;
    const nowSeconds = Math.floor(receivedAt / 1000);
    const head = readHead(headers);
    const fault = judge(head, nowSeconds, toleranceSeconds);
    const { timestamp, signature } = head;
    const verdict: Verdict =
      fault === null
        ? verify({ secrets: keys, timestamp, signature, body, nowSeconds, toleranceSeconds })
        : { ok: false, reason: fault };
    if (scrubbed !== null && (invalid !== null || !verdict.ok)) {
      yield unverified(unsoundLine(invalid));
      return exitStatus.unmet;
    }
    if (verdict.ok) {
      if (scrubbed !== null) {
        yield scrubbedItem(scrubbed);
        return undefined;
      }
      const label = secrets[verdict.secretIndex]?.label ?? '';
      const isPrevious = verdict.secretIndex > 0;
      const hints = isPrevious
        ? ['it was signed with the previous secret: the sender had not switched to the new one']
        : [];
      yield valueItem(
        { verified: true, reason: null, secret: isPrevious ? 'previous' : 'current', hints } satisfies Json,
        (style) => withHints(`${style.green('verified')} with ${label}`, hints, style),
      );
      return undefined;
    }
    const { reason } = verdict;
    const others = reason === 'signature_mismatch' ? await otherSecrets(deps) : new Map<string, string>();
    const hints = diagnose({ headers, body, receivedAt }, reason, { secrets: keys, otherSecrets: others });
    yield unverified({ reason, hints });
    return exitStatus.unmet;
  },
};

function unverified({ reason, hints }: { readonly reason: string; readonly hints: readonly string[] }): Item {
  return valueItem({ verified: false, reason, secret: null, hints } satisfies Json, (style) =>
    withHints(`${style.red('not valid:')} ${reason}`, hints, style),
  );
}

function scrubbedItem({ isChecked }: Scrubbed): Item {
  const hints = [notFromRevento, ...(isChecked ? [] : [uncheckedBefore])];
  return valueItem({ verified: true, reason: null, secret: 'file', hints } satisfies Json, (style) =>
    withHints(`${style.green('verified')} with the key of its file`, hints, style),
  );
}

function withHints(line: string, hints: readonly string[], style: Style): string {
  return [line, ...hints.map((hint) => `${style.cyan('hint:')} ${hint}`)].join('\n');
}

/**
 * With `--timestamp` and `--signature` the bytes are the body, of any form; without these they must be
 * one recorded delivery.
 *
 * @throws ReventoError `usage`
 */
function readInput({ timestamp, signature }: WebhookVerifyOptions, bytes: Uint8Array): Input {
  if (timestamp !== undefined && signature !== undefined) {
    return {
      headers: [
        [deliveryHeaders.event, '-'],
        [deliveryHeaders.deliveryId, '-'],
        [deliveryHeaders.timestamp, timestamp],
        [deliveryHeaders.signature, signature],
      ],
      body: bytes,
      scrubbed: null,
      invalid: null,
    };
  }
  if (timestamp !== undefined || signature !== undefined) {
    throw new ReventoError('usage', '--timestamp and --signature must be used together.');
  }
  const lines = (decodeText(bytes) ?? '').split('\n').filter((line) => line.trim() !== '');
  const read = lines.length === 1 ? readLine(parseJson(lines[0] ?? ''), 1) : null;
  if (read?.kind === 'delivery') return read.delivery;
  if (read?.kind === 'altered') {
    throw new ReventoError('usage', `This recorded delivery was altered: ${read.how}.`, {
      hint: 'pass the line unchanged',
    });
  }
  if (read?.kind === 'cut') {
    throw new ReventoError('usage', 'Only the beginning of this delivery was recorded: it failed verification then.');
  }
  throw new ReventoError('usage', 'This is not one recorded delivery, so its headers are unknown.', {
    hint: 'for a bare body, add --timestamp T --signature S; from a recording, pass one line',
  });
}
