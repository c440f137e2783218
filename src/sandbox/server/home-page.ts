import { escapeHtml } from '../../pages/html-page.ts';
import type { HttpResponse } from '../../ports/exchange.ts';
import { page } from '../message/page.ts';
import type { SandboxEvent } from '../world/event.ts';

/** What the sandbox shows in a browser. Contains no secret. */
export function homePage(events: readonly SandboxEvent[]): HttpResponse {
  const facts = events
    .map(
      ({ id, title, participantCount }) =>
        `<div><dt>${escapeHtml(title)}</dt><dd><code>${escapeHtml(id)}</code> <small>${participantCount} participants</small></dd></div>`,
    )
    .join('\n');
  return page({
    status: 200,
    title: 'Revento sandbox',
    main: `<p class="kicker">It works</p>
<h1>The sandbox is running</h1>
<p class="lead">It implements Revento’s consent page, token endpoint, read API and signed webhooks, with test data. In another terminal:</p>
<pre><code>revento -p sandbox login
revento -p sandbox participants list
revento -p sandbox webhook listen
revento sandbox trigger application.approved</code></pre>
<p>To view and control it in the browser, open the console: <code>revento sandbox start</code> printed its address.</p>
<dl class="facts">
${facts}
</dl>
<p class="trace">Authorization <code>/oauth/authorize</code> · tokens <code>/oauth/token</code> · API <code>/api/v1</code></p>`,
  });
}
