import { statSync } from 'node:fs';
import type { CommandModule } from '../../command-kit/command.ts';
import type { Deps } from '../../command-kit/deps.ts';
import { collect } from '../../command-kit/option-values.ts';
import { ReventoError } from '../../errors/revento-error.ts';
import { linesOf } from '../../files/lines.ts';
import { piecesOfNamedFile } from '../../files/named-file.ts';
import { JsonText } from '../../json/value.ts';
import { type Item, valueItem } from '../../output/item.ts';
import { RecordingScrubber, type ScrubTally } from '../../pseudonyms/recording-scrubber.ts';
import { asUtf8 } from '../../text/input.ts';
import { counted } from '../../text/sentence.ts';
import { otherSecrets, readSigningSecrets } from './shared/secrets.ts';

interface WebhookScrubOptions {
  readonly file: string;
  readonly keep?: readonly string[];
  readonly includeUnchecked?: boolean;
  readonly out?: string;
}

/** Far more than a delivery may have. */
const longestLineBytes = 64 * 1024 * 1024;
const pieceBytes = 256 * 1024;

/** `revento webhook scrub`: a recording whose people are made up and whose deliveries still verify. */
export const webhookScrub: CommandModule<WebhookScrubOptions> = {
  declare: (command) =>
    command
      .argument('<file>', 'what `webhook listen --record` or `-o ndjson` wrote; - for standard input')
      .option('--keep <path>', 'leave this part of each body alone, such as data.title; repeatable', collect)
      .option('--include-unchecked', 'also sign verified deliveries whose recorded signature cannot be checked')
      .addHelpText('after', `\n${help}`),
  examples: {
    'revento webhook scrub deliveries.ndjson --out shared.ndjson': 'a recording that is safe to share',
    'revento webhook scrub deliveries.ndjson --keep data.custom_form_fields.favorite_track --out tracks.ndjson':
      'keep one answer as it is',
  },
  layout: { shape: 'value', isIndivisible: true },

  async *run({ file, keep = [], includeUnchecked = false, out: target }, deps) {
    const kept = keep.map(keptPath);
    const scrubber = new RecordingScrubber({ kept, includeUnchecked, secrets: secretsOnce(deps) });
    const name = file === '-' ? 'standard input' : file;
    const out = outputOf(deps);
    let lineNumber = 0;
    let isBegun = false;
    for await (const bytes of linesOf(asUtf8(piecesOf(file, deps)), longestLineBytes)) {
      lineNumber++;
      const line =
        bytes === null ? null : await scrubber.line(bytes.toString('utf8').replace(/^\ufeff/, ''), lineNumber);
      if (bytes === null) scrubber.skipTooLong(lineNumber);
      if (line === null) continue;
      if (!isBegun) yield* out.add(scrubber.head);
      isBegun = true;
      yield* out.add(line);
    }
    const foreign = scrubber.foreign();
    if (foreign !== null) {
      throw new ReventoError('failed', `${name} is not a recording: ${foreign}.`, {
        hint: 'make one with: revento webhook listen --record FILE',
      });
    }
    if (target !== undefined && isSameFile(file, target)) refuseLosses(scrubber, target, includeUnchecked);
    if (!isBegun) yield* out.add(scrubber.head);
    yield* out.end();
    for (const warning of scrubber.warnings()) yield { kind: 'note', text: `warning: ${name}: ${warning}` };
    for (const text of sentences(scrubber.tally)) yield { kind: 'note', text };
  },
};

function keptPath(path: string): string {
  if (/^[^.]+(\.[^.]+)*$/.test(path)) return path;
  throw new ReventoError('usage', `--keep ${JSON.stringify(path)} is not a path into a body.`, {
    hint: 'name fields with dots between them, such as data.custom_form_fields.favorite_track',
  });
}

function isSameFile(input: string, output: string): boolean {
  const [one, other] = [input === '-' ? '/dev/stdin' : input, output].map((path) =>
    statSync(path, { throwIfNoEntry: false, bigint: true }),
  );
  return one !== undefined && other !== undefined && one.dev === other.dev && one.ino === other.ino;
}

/** Nothing else has what a file loses that is scrubbed in place. @throws ReventoError `failed` */
function refuseLosses(scrubber: RecordingScrubber, file: string, includeUnchecked: boolean): void {
  const { doubted, unchecked } = scrubber.tally;
  const lost = doubted + (includeUnchecked ? 0 : unchecked);
  const [skipped] = scrubber.warnings();
  if (lost === 0 && skipped === undefined) return;
  const what =
    lost > 0
      ? `${lost} of its signatures would be lost: no secret that is configured here made them`
      : `lines would be lost: ${skipped?.replace(/; skipped$/, '') ?? ''}`;
  throw new ReventoError('failed', `${file} was not changed: ${what}.`, {
    hint:
      lost > 0
        ? 'configure the secret that signed them, add --include-unchecked, or name another file in --out'
        : 'name another file in --out',
  });
}

/** Every signing secret that is configured, of all profiles. */
function secretsOnce(deps: Pick<Deps, 'profile' | 'secrets' | 'storedProfiles' | 'terminal'>) {
  const read = async () => {
    const own = (await readSigningSecrets(deps)) ?? [];
    return [...own.map(({ secret }) => secret.reveal()), ...(await otherSecrets(deps)).values()];
  };
  let secrets: Promise<readonly string[]> | null = null;
  return () => {
    secrets ??= read();
    return secrets;
  };
}

function piecesOf(file: string, { terminal, signal }: Pick<Deps, 'terminal' | 'signal'>): AsyncIterable<Uint8Array> {
  return file === '-' ? terminal.stdin() : piecesOfNamedFile(file, { signal, pieceBytes });
}

/** Lines as they are, some at a time; one by one for a filter. */
function outputOf({ isFiltered }: Pick<Deps, 'isFiltered'>) {
  let text = '';
  return {
    *add(line: string): Generator<Item, void, void> {
      if (isFiltered) yield valueItem(new JsonText(line), () => line);
      else text += `${line}\n`;
      if (text.length >= pieceBytes) yield* this.end();
    },
    *end(): Generator<Item, void, void> {
      if (text !== '') yield { kind: 'bytes', bytes: Buffer.from(text) };
      text = '';
    },
  };
}

function sentences({ deliveries, unchecked, doubted, invalid, replacedBodies }: ScrubTally): readonly string[] {
  const texts = [`scrubbed ${counted(deliveries, 'delivery', 'deliveries')}; the people are made up`];
  if (invalid > 0)
    texts.push(
      `note: ${counted(invalid, 'was', 'were')} recorded as invalid and stay${invalid === 1 ? 's' : ''} invalid`,
    );
  if (unchecked > 0) {
    texts.push(
      `note: ${counted(unchecked, 'signature was', 'signatures were')} not checked: no configured secret made ${unchecked === 1 ? 'it' : 'them'}; replay --resign leaves such deliveries out`,
    );
  }
  if (doubted > 0) {
    texts.push(
      `warning: ${counted(doubted, 'delivery is', 'deliveries are')} recorded as verified, but not signed with a secret that is configured here: invalid now; --include-unchecked signs such deliveries`,
    );
  }
  if (replacedBodies > 0) {
    texts.push(
      `note: ${counted(replacedBodies, 'body is not JSON and was', 'bodies are not JSON and were')} replaced as a whole`,
    );
  }
  return texts;
}

const help = [
  'Writes the recording again with made-up people: names, email addresses, phone numbers, dates of birth, answers,',
  'free text, ids and headers are replaced, the same value by the same one in the whole file. Types, nulls, lengths,',
  'scripts, event types, times and words of the contract stay. A field that is not known counts as personal.',
  'To scrub a file in place, name it in --out: it changes only as a whole.\n\n',
  'Each delivery that was signed by Revento is signed again with a key that is made for this file and stands in its',
  'first line: webhook verify and inspect accept it on any machine, without a secret. No listener accepts that key.',
  'A forged delivery stays invalid. The signing secrets configured here say which ones are genuine.',
]
  .join(' ')
  .replaceAll('\n\n ', '\n\n');
