import { grouped, spanWords } from '../../../pages/client/words.ts';
import { sentence } from '../../../text/sentence.ts';
import type { Row } from '../../model/row.ts';
import type { DeliveryView, ExpectedSignature, SignatureView } from '../../model/wire.ts';
import { reasonWords } from '../format.ts';
import { SentBytes, useSender } from './sender.tsx';

/** Why a signature is valid or not. */
export function SignatureTab({ row, view }: { readonly row: Row; readonly view: DeliveryView | null }) {
  const { record } = useSender(row);
  if (view === null) return <p class="aside">Loading…</p>;
  const { signature } = view;
  const { reason, signed_by: by, hints, tries, raw_body: lines, received, expected } = signature;
  return (
    <>
      <p class={`verdict big ${reason === null ? 'good' : 'bad'}`}>
        <span class="mark" aria-hidden="true">
          {reason === null ? '✓' : '✗'}
        </span>
        {verdictOf(reason, by)}
      </p>
      {hints.map((hint) => (
        <p key={hint} class="hint">
          {sentence(hint)}
        </p>
      ))}
      {record?.bytes != null && record.bytes.differs_at !== null && <SentBytes bytes={record.bytes} />}
      <Inputs signature={signature} />
      <Age signature={signature} />
      <h3>Signature</h3>
      <dl class="compare">
        <div>
          <dt>received</dt>
          <dd>
            <Received received={received} same={Math.max(0, ...expected.map(({ same }) => same))} />
          </dd>
        </div>
        {expected.map((one) => (
          <div key={one.secret}>
            <dt>with {one.secret}</dt>
            <dd>
              <Digits {...one} />
            </dd>
          </div>
        ))}
      </dl>
      {expected.some(({ same }) => same < 64) && (
        <p class="aside">
          The correct signature is shown only up to the first digit that differs: the whole of it would make a forged
          delivery genuine.
        </p>
      )}
      {tries.length > 0 && <Tries tries={tries} />}
      <h3>In your handler: hash these bytes</h3>
      <table class="pairs">
        <tbody>
          {lines.map(({ framework, line, is_detected: isDetected }) => (
            <tr key={framework} class={isDetected ? 'ours' : undefined}>
              <th scope="row">
                {framework}
                {isDetected && ' (yours)'}
              </th>
              <td>
                <code>{line}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function verdictOf(reason: string | null, by: string | null): string {
  if (reason !== null) return `Not verified: ${reasonWords(reason)}`;
  return by === null ? 'Recorded as verified; not checked here' : `Verified with ${by}`;
}

function Inputs({ signature }: { readonly signature: SignatureView }) {
  const { timestamp, body_bytes: bytes } = signature;
  return (
    <>
      <h3>What is signed</h3>
      <p class="inputs">
        <code>{timestamp ?? '(no X-Revento-Timestamp)'}</code>
        <span aria-hidden="true">+</span>
        <code>.</code>
        <span aria-hidden="true">+</span>
        <code>body, {grouped(bytes)} bytes as received</code>
      </p>
    </>
  );
}

/** The timestamp against the window it must be in. */
function Age({ signature }: { readonly signature: SignatureView }) {
  const { age_seconds: age, tolerance_seconds: limit } = signature;
  if (age === null) return null;
  const isInside = Math.abs(age) <= limit;
  const words = `${spanWords(Math.abs(age) * 1000)} ${age < 0 ? 'in the future' : 'old'}`;
  return (
    <>
      <h3>Age</h3>
      <p class={isInside ? 'good' : 'bad'}>
        {words} when it arrived; {limit} s either way are allowed.
      </p>
      <svg
        class={`age ${isInside ? 'good' : 'bad'}`}
        viewBox="0 0 400 20"
        role="img"
        aria-label={`${words}, of ±${limit} s`}
      >
        <rect class="track" x="0" y="8" width="400" height="4" rx="2" />
        <rect class="window" x="50" y="5" width="300" height="10" rx="5" />
        <circle cx={Math.min(395, Math.max(5, 200 + (age / limit) * 150))} cy="10" r="6" />
      </svg>
    </>
  );
}

function Received({ received, same }: { readonly received: string | null; readonly same: number }) {
  if (received === null) return <span>(no X-Revento-Signature)</span>;
  const start = received.startsWith('sha256=') ? 7 + same : same;
  return (
    <code>
      <span class="same">{received.slice(0, start)}</span>
      {start < received.length && <mark>{received.slice(start, start + 1)}</mark>}
      {received.slice(start + 1)}
    </code>
  );
}

function Digits({ digits, same }: ExpectedSignature) {
  return (
    <code>
      sha256=<span class="same">{digits.slice(0, same)}</span>
      {same < digits.length && <mark>{digits.slice(same)}</mark>}
      {same < 64 && '…'}
    </code>
  );
}

function Tries({ tries }: { readonly tries: SignatureView['tries'] }) {
  return (
    <>
      <h3>What was tried</h3>
      <ul class="tries">
        {[...tries]
          .sort((a, b) => Number(b.holds) - Number(a.holds))
          .map(({ what, holds }) => (
            <li key={what} class={holds ? 'good' : undefined}>
              <span class="mark" aria-hidden="true">
                {holds ? '✓' : '·'}
              </span>
              {what}: {holds ? 'matches' : 'no match'}
            </li>
          ))}
      </ul>
    </>
  );
}
