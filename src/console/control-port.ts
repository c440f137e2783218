import type { OperationName, ParamsOf, ResultOf } from '../sandbox/control/operations.ts';

/** Asks the control API of a sandbox, in this process or another one. */
export interface ControlPort {
  /** @throws ControlRefusal what it refuses; any other error when it cannot be reached */
  ask<Name extends OperationName>(name: Name, params: ParamsOf<Name>): Promise<ResultOf<Name>>;
}

/** A refusal of the sandbox. */
export class ControlRefusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}
