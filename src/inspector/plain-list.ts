import { escapeHtml, escapeMarkup } from '../pages/html-page.ts';
import { plainPage } from '../pages/local-page.ts';
import type { Hub } from '../webhook/listener/hub.ts';
import type { Inspected } from './inspected.ts';
import type { DeliveryLine } from './model/wire.ts';

/** The most deliveries on the page without script. */
const mostRows = 200;
/** The limit for a body. */
const shownChars = 16 * 1024;

/**
 * The deliveries as HTML without script, newest first. All text is escaped.
 *
 * @param hasConsole  whether the same server has a list about the sandbox
 */
export function plainList(hub: Pick<Hub<Inspected>, 'last' | 'find'>, hasConsole: boolean): string {
  const rows: string[] = [];
  for (let id = hub.last; id > 0 && rows.length < mostRows; id--) {
    const found = hub.find(id);
    if (found !== null) rows.push(rowOf(id, JSON.parse(found.value.line) as DeliveryLine));
  }
  const table = `<table class="pairs">
<caption>Newest first, ${rows.length} of ${hub.last}. Reload for later ones.</caption>
<thead><tr><th scope="col">Received</th><th scope="col">Type</th><th scope="col">Signature</th><th scope="col">Answers</th><th scope="col">Body</th></tr></thead>
<tbody>${rows.join('\n')}</tbody>
</table>`;
  const console = hasConsole ? '<p><a href="/console/list">Sandbox</a></p>\n' : '';
  const body = rows.length === 0 ? '<p>No deliveries yet.</p>' : table;
  return plainPage({
    title: 'Revento deliveries',
    base: '',
    body: `<main class="plain wide">\n<h1>Deliveries</h1>\n${console}${body}\n</main>`,
  });
}

function rowOf(id: number, line: DeliveryLine): string {
  const { received_at: at, event, verified, reason, duplicate, forward, body, reply_status: reply } = line;
  const verdict = verified ? `verified${duplicate ? ', duplicate' : ''}` : `not verified: ${reason}`;
  const answers = forward.map(({ url, status, error, latency_ms: ms }) => `${url}: ${status ?? error}, ${ms} ms`);
  const shown = body === null ? '(not text)' : body.slice(0, shownChars);
  return `<tr id="delivery-${id}">
<td>${escapeHtml(at)}</td>
<th scope="row">${escapeHtml(event ?? '(no type)')}</th>
<td class="${verified ? 'good' : 'bad'}">${escapeHtml(verdict)}</td>
<td>${[...answers, `sender: ${reply}`].map(escapeHtml).join('<br>')}</td>
<td><details><summary>Show</summary><pre>${escapeMarkup(shown)}</pre></details></td>
</tr>`;
}
