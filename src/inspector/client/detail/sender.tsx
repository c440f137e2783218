import { useEffect, useState } from 'preact/hooks';
import { countWords, grouped } from '../../../pages/client/words.ts';
import { bytesPerLine, hexLines } from '../../model/hex.ts';
import type { Row } from '../../model/row.ts';
import type { ByteComparison, SenderRecord } from '../../model/wire.ts';
import { useStore } from '../context.ts';
import { msWords, timeWords } from '../format.ts';

/** Compares what the sandbox sent with what arrived here. */
export function SenderSide({ record, arrived }: { readonly record: SenderRecord; readonly arrived: number }) {
  const { attempts, state, next_attempt_at: next, bytes } = record;
  const words = { pending: 'not acknowledged yet', delivered: 'acknowledged', dead: 'given up' }[state];
  const missing = attempts.length - arrived;
  return (
    <>
      <section class={state === 'delivered' ? 'good' : 'bad'}>
        <h3>What the sandbox sent</h3>
        <p>
          <b class="verdict">{words}</b> after {countWords(attempts.length, 'attempt', 'attempts')}; {arrived} arrived
          here
          {missing > 0 && `, ${missing} did not`}.
          {next !== null && ` The next one is due at ${timeWords(Date.parse(next))}.`}
        </p>
        <table class="pairs">
          <caption class="unseen">Attempts of the sandbox</caption>
          <tbody>
            {attempts.map(({ at, status, ms, error, signed_with: secret }, index) => (
              <tr key={`${at}-${index}`}>
                <th scope="row">
                  Attempt {index + 1}, {timeWords(Date.parse(at))}
                </th>
                <td>
                  {status ?? 'no answer'} after {msWords(ms)}, signed with the {secret} secret
                  {error === null ? '' : `: ${error}`}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {bytes !== null && <SentBytes bytes={bytes} />}
    </>
  );
}

/** The sent and the received bytes, up to the first one that differs. */
export function SentBytes({ bytes }: { readonly bytes: ByteComparison }) {
  const { sent_bytes: sent, arrived_bytes: arrived, differs_at: at } = bytes;
  const count = (value: number) => countWords(value, 'byte', 'bytes');
  if (at === null) {
    return (
      <p class="good">
        <b class="verdict">✓ All {count(sent)} of the body arrived as the sandbox sent them.</b>
      </p>
    );
  }
  const column = at % bytesPerLine;
  return (
    <section class="bad" aria-label="Bytes sent and received">
      <p>
        <b class="verdict">✗ The body was changed on the way: byte {grouped(at)} is the first that differs.</b>{' '}
        {count(sent)} sent, {count(arrived)} arrived. A proxy, a tunnel or a middleware in front of this listener
        rewrites it.
      </p>
      <pre class="hex">
        <HexRow name="sent" offset={at - column} hex={bytes.sent_line} column={column} />
        <HexRow name="arrived" offset={at - column} hex={bytes.arrived_line} column={column} />
      </pre>
    </section>
  );
}

interface HexRowProps {
  readonly name: string;
  readonly offset: number;
  readonly hex: string;
  /** Of the byte that differs. */
  readonly column: number;
}

function HexRow({ name, offset, hex, column }: HexRowProps) {
  const line = hexLines(Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)))[0];
  const { bytes, text } = line ?? { bytes: [], text: '' };
  const before = bytes
    .slice(0, column)
    .map((byte) => `${byte} `)
    .join('');
  const after = bytes
    .slice(column + 1)
    .map((byte) => ` ${byte}`)
    .join('');
  const differs = bytes[column] ?? '--';
  const rest = `${after.padEnd(3 * bytesPerLine - 1 - before.length - differs.length)}  ${text.slice(0, column)}`;
  return (
    <>
      {`${name.padEnd(8)} ${offset.toString(16).padStart(8, '0')}  ${before}`}
      <mark>{differs}</mark>
      {rest}
      <mark>{text[column] ?? ' '}</mark>
      {`${text.slice(column + 1)}\n`}
    </>
  );
}

interface Sender {
  readonly record: SenderRecord | null;
  /** Why the sandbox could not be asked. */
  readonly problem: string | null;
}

/** The sender's view; requested again when another attempt arrives. Nothing without a sandbox. */
export function useSender(row: Row): Sender {
  const { api, group } = useStore();
  const [sender, setSender] = useState<Sender>(nothing);
  useEffect(() => {
    let isWanted = true;
    setSender(nothing);
    api.sender(row.id).then(
      (record) => isWanted && setSender({ record, problem: null }),
      (error: Error) => isWanted && setSender({ record: null, problem: error.message }),
    );
    return () => {
      isWanted = false;
    };
  }, [row.id, group?.attempts.length]);
  return sender;
}

const nothing: Sender = { record: null, problem: null };
