import { useState } from 'preact/hooks';
import { isJson } from '../../../json/parse.ts';
import { grouped } from '../../../pages/client/words.ts';
import { bytesOf } from '../../model/bytes.ts';
import { bytesPerLine, hexLines } from '../../model/hex.ts';
import type { Row } from '../../model/row.ts';
import { useStore } from '../context.ts';
import { DifferenceView } from './difference.tsx';
import { JsonTree } from './json-tree.tsx';
import { SubjectNow } from './subject.tsx';

const forms = ['Pretty', 'Raw', 'Hex'] as const;
type Form = (typeof forms)[number];

/** Lines of a hex dump that are drawn at first. */
const hexPage = 512;

/** The body in three forms. Raw and hex begin with the text that precedes it in the signed bytes. */
export function BodyTab({ row }: { readonly row: Row }) {
  const store = useStore();
  const [form, setForm] = useState<Form>('Pretty');
  const { line } = row;
  const bytes = bytesOf(line);
  const isWhole = line.body_bytes === undefined;
  return (
    <>
      <div class="bar">
        <fieldset>
          <legend class="unseen">Form of the body</legend>
          {forms.map((one) => (
            <label key={one} class="choice">
              <input type="radio" name="form" checked={form === one} onChange={() => setForm(one)} />
              {one}
            </label>
          ))}
        </fieldset>
        <label class="check">
          <input
            type="checkbox"
            checked={store.isDifferenceShown}
            onChange={({ currentTarget }) => {
              store.isDifferenceShown = currentTarget.checked;
              store.changed();
            }}
          />{' '}
          Difference to the previous one
        </label>
        {store.hasSubject(row) && (
          <button type="button" onClick={() => store.askSubject()}>
            Compare with the API now
          </button>
        )}
        <span class="aside">
          {grouped(bytes.length)} bytes{isWhole ? '' : `, the beginning of ${line.body_bytes ?? 'more'}`}
        </span>
      </div>
      {store.isDifferenceShown && <DifferenceView row={row} />}
      <SubjectNow row={row} />
      {form === 'Pretty' && <Pretty row={row} />}
      {form === 'Raw' && <Raw row={row} />}
      {form === 'Hex' && <Hex bytes={bytes} />}
    </>
  );
}

function Pretty({ row }: { readonly row: Row }) {
  const { body } = row.line;
  if (body === null) return <p class="aside">The body is not UTF-8: see it in hex.</p>;
  const text = body.replace(/^\ufeff/, '');
  return isJson(text) ? <JsonTree text={text} /> : <pre>{body}</pre>;
}

function Raw({ row }: { readonly row: Row }) {
  const { body, headers } = row.line;
  if (body === null) return <p class="aside">The body is not UTF-8: see it in hex.</p>;
  return (
    <>
      <p class="aside">The signed text: timestamp, dot, body, with nothing added.</p>
      <pre class="raw">
        <span class="prefix">{[headers['x-revento-timestamp'] ?? ''].flat()[0]}.</span>
        {body}
      </pre>
    </>
  );
}

function Hex({ bytes }: { readonly bytes: Uint8Array }) {
  const [pages, setPages] = useState(1);
  const lines = hexLines(bytes, 0, pages * hexPage);
  return (
    <>
      <pre class="hex">
        {lines.map(({ offset, bytes: hex, text }) => `${offset}  ${hex.join(' ').padEnd(47)}  ${text}\n`)}
      </pre>
      {lines.length * bytesPerLine < bytes.length && (
        <button type="button" onClick={() => setPages(pages * 4)}>
          Show more
        </button>
      )}
    </>
  );
}
