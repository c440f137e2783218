import { ReventoError } from '../errors/revento-error.ts';
import { Refusal, type RefusalCode } from '../sandbox/control/refusal.ts';
import { sentence } from '../text/sentence.ts';
import type { SandboxError as Public, SandboxErrorCode } from './public.ts';

/** What the sandbox, or an option of it, refuses. */
export class SandboxError extends Error implements Public {
  override readonly name = 'SandboxError';
  readonly code: SandboxErrorCode;

  constructor(code: SandboxErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Refusals of requests, which a caller in this process sends none of. */
type OfRequests = 'forbidden' | 'method_not_allowed' | 'unsupported_media_type';

function isOfRequests(code: RefusalCode): code is OfRequests {
  return (['forbidden', 'method_not_allowed', 'unsupported_media_type'] as const).some((one) => one === code);
}

/** The public error for an internal one; an unknown error is returned unchanged. */
export function toSandboxError(error: unknown): unknown {
  if (error instanceof Refusal && !isOfRequests(error.code)) {
    return new SandboxError(error.code, sentence(error.message), { cause: error });
  }
  if (!(error instanceof ReventoError)) return error;
  const isKnown = error.code === 'port_busy' || error.code === 'bind_failed' || error.code === 'file';
  return new SandboxError(isKnown ? error.code : 'invalid_option', error.message, { cause: error });
}
