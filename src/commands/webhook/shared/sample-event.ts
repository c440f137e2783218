import type { Deps } from '../../../command-kit/deps.ts';
import { ReventoError } from '../../../errors/revento-error.ts';

const testEvent = 'evt_test_published';

/** The event that samples are about: the selected one, or the test event where none is selected or it is malformed. */
export function sampleEventId(deps: Pick<Deps, 'event' | 'terminal'>): string {
  try {
    return deps.event ?? testEvent;
  } catch (error) {
    if (!(error instanceof ReventoError)) throw error;
    deps.terminal.notice(`warning: ${error.message}; using ${testEvent} instead`);
    return testEvent;
  }
}
