import { testForms } from '../../../test-code/test-forms.ts';
import { whole } from '../../model/bytes.ts';
import { asCurl, asRevento, asTest } from '../../model/copy-as.ts';
import type { Row } from '../../model/row.ts';
import type { Store } from '../store.ts';

/** A form in which a delivery can be copied to the clipboard. */
interface CopyForm {
  readonly name: string;
  readonly group: 'Command' | 'Test' | 'Data';
  readonly text: (row: Row, store: Store) => string;
}

export const copyForms: readonly CopyForm[] = [
  { name: 'curl command', group: 'Command', text: (row, store) => asCurl(whole(row.line), urlFor(row, store)) },
  { name: 'revento command', group: 'Command', text: (row, store) => asRevento(whole(row.line), urlFor(row, store)) },
  ...testForms.map(
    (form): CopyForm => ({
      name: `${form.name} test`,
      group: 'Test',
      text: (row, store) => asTest(form, whole(row.line), urlFor(row, store)),
    }),
  ),
  { name: 'body', group: 'Data', text: ({ line }) => line.body ?? whole(line).body_base64 },
  { name: 'NDJSON line', group: 'Data', text: ({ line }) => JSON.stringify(whole(line)) },
  {
    name: 'link to this delivery',
    group: 'Data',
    text: ({ id }, { api }) => `${location.origin}/#key=${api.key}&delivery=${id}`,
  },
];

/** The chosen handler; without one the handler that it was forwarded to, or the usual address of one. */
function urlFor(row: Row, { session, target }: Store): string {
  return session?.targets[target] ?? row.line.forward[0]?.url ?? 'http://localhost:3000/webhooks/revento';
}

/** Copies the delivery to the clipboard, and says so. */
export async function copyAs(form: CopyForm, row: Row, store: Store): Promise<void> {
  try {
    // A test of a verified delivery signs it.
    const refusal =
      form.group === 'Test' && row.line.verified ? (await store.api.delivery(row.id)).cannot_resign : null;
    if (refusal !== null) return store.say(`Not copied: ${refusal}`);
    await navigator.clipboard.writeText(form.text(row, store));
    store.say(`Copied: ${form.name}.`);
  } catch (error) {
    store.say(`Not copied: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Saves the delivery as a recording of its own, for `webhook replay` and `inspect`. */
export function save(row: Row): void {
  download([row], `delivery-${row.id}.ndjson`);
}

/** Saves deliveries as a recording. */
export function download(rows: readonly Row[], name: string): void {
  const lines = rows.map(({ line }) => `${JSON.stringify(whole(line))}\n`);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob(lines, { type: 'application/x-ndjson' }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
