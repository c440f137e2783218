import type { Control } from '../sandbox/control/control.ts';
import type { OperationName, ResultOf } from '../sandbox/control/operations.ts';
import { SandboxError, toSandboxError } from './sandbox-error.ts';

/** Has a sandbox of this process do an operation. */
export interface Ask {
  /** Parameters that are undefined count as left out. @throws SandboxError */
  <Name extends OperationName>(operation: Name, params: Readonly<Record<string, unknown>>): Promise<ResultOf<Name>>;
  /** From now on every operation is refused. */
  close(): void;
}

export function createAsk(control: Control): Ask {
  let isClosed = false;
  const ask = async <Name extends OperationName>(
    operation: Name,
    params: Readonly<Record<string, unknown>>,
  ): Promise<ResultOf<Name>> => {
    if (isClosed) throw new SandboxError('closed', 'This sandbox is closed.');
    const given = Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined));
    try {
      return await control.do(operation, given);
    } catch (error) {
      throw toSandboxError(error);
    }
  };
  return Object.assign(ask, {
    close: () => {
      isClosed = true;
    },
  });
}
