import type { ParamsOf } from '../sandbox/control/operations.ts';
import type { ControlPort } from './control-port.ts';
import { type Askable, askable, type PageResult } from './model/wire.ts';

export function isAskable(name: unknown): name is Askable {
  return askable.some((one) => one === name);
}

export interface AskParts {
  readonly control: ControlPort;
  /** Called on a rotation, so that listeners get the new secrets. */
  readonly onRotated: (secrets: {
    readonly webhook_secret: string;
    readonly webhook_secret_previous: string | null;
  }) => Promise<void>;
}

/**
 * Does an operation for the page. The answer contains no secret: operations that return one are refused, and of a
 * rotation only its state is sent.
 *
 * @throws ControlRefusal
 */
export async function askFor(
  name: Askable,
  params: unknown,
  { control, onRotated }: AskParts,
): Promise<PageResult<Askable>> {
  if (name !== 'rotate') return control.ask(name, params as ParamsOf<typeof name>);
  const secrets = await control.ask('rotate', params as ParamsOf<'rotate'>);
  await onRotated(secrets);
  return { rotating: secrets.webhook_secret_previous !== null };
}
