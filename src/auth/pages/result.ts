import type { LoginKind } from '../../login/login.ts';
import { kindInWords } from '../../login/login-name.ts';
import type { HttpResponse } from '../../ports/exchange.ts';
import { pageResponse } from './template.ts';

/** 200: tokens are stored. Sent only when that is true. */
export function signedInPage(login: {
  readonly kind: LoginKind;
  readonly eventId: string;
  readonly organizationId: string | null;
  readonly scope: readonly string[];
  /** Scopes that were asked for and not granted. */
  readonly withheld: readonly string[];
}): HttpResponse {
  return pageResponse(200, {
    tone: 'good',
    icon: 'check',
    title: 'Signed in',
    lead: 'Consent was given, and the login was stored on this machine.',
    facts: [
      ['Event', [login.eventId]],
      ...(login.organizationId === null ? [] : [['Organization', [login.organizationId]] as const]),
      ['Signed in as', kindInWords(login.kind)],
      ['Scopes', login.scope.length > 0 ? login.scope : 'none'],
      ...(login.withheld.length > 0 ? [['Not granted', login.withheld] as const] : []),
    ],
    next: 'You can close this tab and go back to the terminal.',
  });
}

const notSignedIn = {
  tone: 'bad',
  icon: 'alarm',
  title: 'Not signed in',
  next: 'Go back to the terminal for the next step.',
} as const;

/** 400: the user declined. */
export function declinedPage(eventId: string, description: string): HttpResponse {
  return pageResponse(400, {
    tone: 'calm',
    icon: 'cross',
    title: 'Consent declined',
    lead: `revento was not given access to ${eventId}. Nothing was stored.`,
    ...quoted(description),
    next: 'You can close this tab. To try again, run `revento login` in the terminal.',
  });
}

/** 400: the authorization server answered with an error. */
export function refusedPage(error: string, description: string): HttpResponse {
  return pageResponse(400, {
    ...notSignedIn,
    lead: 'The authorization server ended the login with an error. Nothing was stored.',
    facts: [['Error', [error]]],
    ...quoted(description),
  });
}

/** 502: consent was given, but no login came of it. */
export function failedPage(reason: string): HttpResponse {
  return pageResponse(502, {
    ...notSignedIn,
    lead: 'Consent was given, but the login could not be completed.',
    quote: { from: 'What went wrong', text: reason },
  });
}

/** 400: the answer names another authorization server than the one that was asked. */
export function foreignPage(issuer: string): HttpResponse {
  return pageResponse(400, {
    ...notSignedIn,
    lead: 'The answer came from another authorization server than the configured one, so it was not used.',
    quote: { from: 'It calls itself', text: issuer },
  });
}

/** For any request that is not the answer: the login continues unless the page says that it has ended. */
export function asidePage(status: number, what: string): HttpResponse {
  return pageResponse(status, {
    tone: 'calm',
    icon: status === 409 ? 'check' : 'waiting',
    title: status === 409 ? 'Already answered' : "This isn't the login callback",
    lead: what,
    next:
      status === 409
        ? 'You can close this tab and go back to the terminal.'
        : 'Finish on the consent page that `revento login` opened, or open the URL that it printed in the terminal.',
  });
}

function quoted(text: string): { quote?: { from: string; text: string } } {
  return text === '' ? {} : { quote: { from: 'The authorization server says', text } };
}
