import { ReventoError } from '../../errors/revento-error.ts';
import type { Grant, LoginKind } from '../../login/login.ts';
import { decodeText } from '../../text/input.ts';
import type { Redactor } from '../../text/secret.ts';
import { judgeTokenAnswer } from '../token/answer.ts';
import { grantOf } from './grant.ts';
import { scopesToAsk } from './scopes.ts';

/** What the user says about tokens from elsewhere. */
interface TokenInput {
  readonly kind: LoginKind;
  /** The selected event; null takes the one the answer names. */
  readonly eventId: string | null;
  /** Scopes as `--scope` names them, for an answer that names none. */
  readonly scope: string | null;
  /** The words a command begins with, for the remedy. */
  readonly program: string;
  readonly nowMs: number;
  readonly redactor: Redactor;
}

/**
 * A login from a token answer that another program got. Lifetimes in it are counted from now.
 *
 * @param bytes JSON as a token endpoint sends it
 * @throws ReventoError `usage` when it is none or no event is known, `login_failed` when its event is not the selected
 */
export function readTokenAnswer(
  bytes: Uint8Array,
  { kind, eventId, scope, program, nowMs, redactor }: TokenInput,
): Grant {
  const text = decodeText(bytes);
  const body = text === null ? bytes : Buffer.from(text);
  const answer = judgeTokenAnswer({ status: 200, headers: [], body }, { startedAtMs: nowMs, redactor });
  if (!answer.ok) {
    throw new ReventoError('usage', `Standard input is not a token answer: ${answer.description}.`, {
      hint: 'pipe the JSON of a token endpoint into it: {"access_token":…,"refresh_token":…,"event_id":…,"scope":…}',
    });
  }
  const wanted = eventId ?? answer.eventId;
  if (wanted === null) {
    throw new ReventoError('usage', 'The token answer names no event, and none is selected.', {
      hint: `name it: ${program} login --with-token --event EVENT_ID${kind === 'user' ? ' --user' : ''}`,
    });
  }
  const asked = scope === null ? [] : scopesToAsk(kind, scope, '--scope');
  return grantOf({ ...answer, eventId: answer.eventId ?? wanted }, { kind, eventId: wanted, scope: asked });
}
