import { isApiCode } from '../api/failure.ts';
import { resources } from '../api/resources.ts';
import { ReventoError } from '../errors/revento-error.ts';
import { masked } from '../pseudonyms/mask.ts';
import { isUuid } from '../pseudonyms/vocabulary.ts';

/** Source: RFC 6749 section 5.2. */
const tokenErrors = /^(?:invalid_(?:request|client|grant|scope)|unauthorized_client|unsupported_grant_type)$/;
const scopes: ReadonlySet<string> = new Set(resources.map(({ scope }) => scope));

/** A failure as `--redact` shows it: status, known codes and request ids stay, a server's own words do not. */
export function maskFailure(failure: ReventoError): ReventoError {
  const { maskedMessage, apiCode, requestId, scope, hint } = failure.facts;
  const isKnownCode = apiCode !== undefined && (isApiCode(apiCode) || tokenErrors.test(apiCode));
  const isOpenId = requestId === undefined || isUuid(requestId);
  const facts = {
    ...failure.facts,
    apiCode: isKnownCode ? apiCode : undefined,
    requestId: isOpenId ? requestId : masked,
    scope: scope?.split(' ').every((one) => scopes.has(one)) ? scope : undefined,
    hint: isOpenId ? hint : hint?.replaceAll(requestId, masked),
  };
  return new ReventoError(failure.code, maskedMessage ?? ownWords(failure), facts);
}

/** A defect may be about anything. */
function ownWords({ code, message }: ReventoError): string {
  return code === 'internal' ? message.replace(/:.*$/s, `: ${masked}`) : message;
}
