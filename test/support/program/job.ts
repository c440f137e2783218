import { createHash, randomBytes } from 'node:crypto';
import type { SandboxReady } from './program-rig.ts';

/** The environment of a job for this sandbox, as the integration's credentials would be exported. */
export function job(ready: SandboxReady, extra: Record<string, string> = {}): Record<string, string> {
  return {
    CI: 'true',
    REVENTO_AUTH_BASE: ready.auth_base,
    REVENTO_API_BASE: ready.api_base,
    REVENTO_CLIENT_ID: ready.client_id,
    REVENTO_CLIENT_SECRET: ready.client_secret,
    SANDBOX_EVENT_ID: ready.event_id,
    ...extra,
  };
}

/** A token answer of the sandbox, got by a program of its own: the code flow over plain fetch. */
export async function tokenAnswer(ready: SandboxReady): Promise<string> {
  const redirectUri = 'http://localhost:3000/callback';
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: ready.client_id,
    redirect_uri: redirectUri,
    scope: 'event.read participants.read',
    event_id: ready.event_id,
    state: randomBytes(16).toString('base64url'),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  // A connection of its own each time: one that was kept may be closed by the server just as it is used again.
  const headers = { connection: 'close' };
  const consent = await fetch(`${ready.auth_base}/oauth/authorize?${query}`, { redirect: 'manual', headers });
  const code = new URL(consent.headers.get('location') ?? '').searchParams.get('code') ?? '';
  const answer = await fetch(`${ready.auth_base}/oauth/token`, {
    method: 'POST',
    headers,
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
      client_id: ready.client_id,
      client_secret: ready.client_secret,
    }),
  });
  return answer.text();
}

export const accessTokenIn = (answer: string) =>
  String((JSON.parse(answer) as Record<string, unknown>)['access_token']);
