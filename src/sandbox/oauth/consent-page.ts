import { escapeHtml, escapeMarkup, proseHtml } from '../../pages/html-page.ts';
import type { HttpResponse } from '../../ports/exchange.ts';
import { page } from '../message/page.ts';
import type { SandboxEvent } from '../world/event.ts';
import type { Client } from './clients.ts';
import { type Obstacle, signers } from './obstacle.ts';
import type { Scope } from './scopes.ts';

export interface ConsentQuestion {
  readonly transaction: string;
  readonly client: Client;
  readonly event: SandboxEvent;
  readonly kind: 'installation' | 'user';
  readonly scopes: readonly Scope[];
  readonly redirectUri: string;
}

/** How many participants can be chosen to sign in as. */
export const offeredPeople = 8;

/** Whether a scope has to be granted: it is required, or it is all that was asked for. */
export function isFixed(scope: Scope, asked: readonly Scope[]): boolean {
  return scope.isRequired || asked.length === 1;
}

/**
 * The page that asks for consent: one form, usable with a keyboard, a screen reader and without script.
 *
 * @param alert  what was wrong with the previous answer, or null
 */
export function consentPage(question: ConsentQuestion, alert: string | null = null): HttpResponse {
  const { client, event, kind, scopes, transaction, redirectUri } = question;
  const isUser = kind === 'user';
  const name = escapeHtml(client.name);
  const main = `<p class="kicker">${isUser ? 'Login with Revento' : 'Connect an integration'}</p>
<h1>${isUser ? `Sign in to ${name}?` : `Allow ${name} to read this event?`}</h1>
<p class="lead">${
    isUser
      ? `<strong>${name}</strong> wants to know who you are at this event.`
      : `<strong>${name}</strong> asks for read access to one of your events. It cannot change anything.`
  }</p>
${alert === null ? '' : `<p class="alert" role="alert">${escapeHtml(alert)}</p>`}
<dl class="facts">
<div><dt>Event</dt><dd>${escapeHtml(event.title)} <small>${escapeHtml(event.dates)} · <code>${escapeHtml(event.id)}</code></small></dd></div>
<div><dt>Organization</dt><dd>${escapeHtml(event.organization.name)} <small><code>${escapeHtml(event.organization.id)}</code></small></dd></div>
<div><dt>Integration</dt><dd>${name} <small><code>${escapeHtml(client.id)}</code></small></dd></div>
</dl>
<form method="post" action="/oauth/consent" autocomplete="off">
<input type="hidden" name="transaction" value="${escapeHtml(transaction)}">
${isUser ? personField(event) : ''}<fieldset>
<legend>${isUser ? 'What it will see' : 'What it may read'}</legend>
${scopes.map((scope) => scopeField(scope, isFixed(scope, scopes))).join('\n')}
</fieldset>
<div class="actions">
<button type="submit" name="decision" value="deny">Deny</button>
<button type="submit" name="decision" value="allow" class="allow">Allow</button>
</div>
</form>
<p class="after">Either answer takes you back to <strong>${escapeHtml(hostOf(redirectUri))}</strong>.</p>`;
  return page({
    status: alert === null ? 200 : 400,
    title: `Allow ${client.name}? · Revento sandbox`,
    main,
    formTargets: ["'self'", ...redirectSources(redirectUri)],
  });
}

/**
 * The page for a request that nobody can consent to: why, what to do, and the way back.
 *
 * @param back  the redirect that reports it to the integration
 */
export function obstaclePage({ title, problem, remedy }: Obstacle, back: string, requestId: string): HttpResponse {
  return page({
    status: 403,
    title: `${title} · Revento sandbox`,
    main: `<p class="kicker problem">Not possible yet</p>
<h1>${escapeHtml(title)}</h1>
<p class="lead">${escapeHtml(problem)}</p>
<p class="hint">${proseHtml(remedy)}</p>
<p class="after"><a href="${escapeMarkup(back)}">Back to ${escapeHtml(hostOf(back))}</a></p>
<p class="trace">Request <code>${escapeHtml(requestId)}</code></p>`,
  });
}

function scopeField(scope: Scope, isRequired: boolean): string {
  const id = `scope-${scope.name.replace('.', '-')}`;
  // A disabled box is not submitted; the server grants required scopes anyway.
  const state = isRequired ? 'checked disabled' : 'checked';
  return `<label class="scope${isRequired ? ' fixed' : ''}" for="${id}">
<input type="checkbox" id="${id}" name="scope" value="${escapeHtml(scope.name)}" ${state} aria-describedby="${id}-meaning">
<span class="name">${escapeHtml(scope.title)} <em>${isRequired ? 'required' : 'optional'}</em></span>
<span class="meaning" id="${id}-meaning">${escapeHtml(scope.meaning)} <code>${escapeHtml(scope.name)}</code></span>
</label>`;
}

function personField(event: SandboxEvent): string {
  const people = signers(event, offeredPeople).map((index) => {
    const person = event.participant(index);
    const label = `${person.first_name} ${person.last_name} (${person.application_status.replace('_', ' ')})`;
    return `<option value="${index}">${escapeHtml(label)}</option>`;
  });
  return `<label class="field" for="person">Sign in as
<select id="person" name="person">${people.join('')}</select></label>
`;
}

/**
 * Chromium applies `form-action` to the redirect that follows a form as well, and to every redirect after that. On
 * loopback the app's next page may be on another port of this machine, so all ports are allowed.
 */
function redirectSources(redirectUri: string): string[] {
  const url = new URL(redirectUri);
  if (['localhost', '127.0.0.1'].includes(url.hostname)) return ['http://localhost:*', 'http://127.0.0.1:*'];
  // CSP has no notation for an IPv6 address.
  return url.hostname.startsWith('[') ? [url.protocol] : [url.origin];
}

function hostOf(redirectUri: string): string {
  return new URL(redirectUri).host;
}
