/**
 * Every refusal code of the control API, with its status and meaning. The answer to a request, the
 * documentation and the errors of the library come from these rows.
 */
export const refusals = {
  validation_error: { status: 400, meaning: 'a parameter is missing, unknown or malformed, or the body is not JSON' },
  unknown_action: { status: 400, meaning: 'no action has this name' },
  not_a_parameter: { status: 400, meaning: 'the action does not take this field' },
  forbidden: { status: 403, meaning: 'the key is missing or wrong, or a web page sent the request' },
  not_found: { status: 404, meaning: 'unknown id, or unknown path' },
  method_not_allowed: { status: 405, meaning: 'the path takes the method named in `Allow`' },
  unsupported_media_type: { status: 415, meaning: 'the body of a POST is not declared as `application/json`' },
  does_not_fit: { status: 409, meaning: 'the action does not fit the state of its subject' },
  nobody_fits: { status: 409, meaning: 'no subject is in a state that the action fits' },
  not_delivered: {
    status: 409,
    meaning: 'Revento would not deliver it: the manifest does not declare the type, or the integration is suspended',
  },
  backwards: { status: 409, meaning: 'the clock only goes forward' },
  no_rotation: { status: 409, meaning: 'no rotation of the signing secret is in progress' },
  no_webhook_url: { status: 409, meaning: 'the sandbox was started without a webhook URL' },
} as const;

export type RefusalCode = keyof typeof refusals;

/** An operation that was refused; the answer has its code, and the status of that code. */
export class Refusal extends Error {
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string) {
    super(message);
    this.code = code;
  }

  get status(): number {
    return refusals[this.code].status;
  }
}
