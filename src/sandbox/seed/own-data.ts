import { ReventoError } from '../../errors/revento-error.ts';
import { testEventId } from '../world/world.ts';
import { repeatedIds } from './repeated-ids.ts';
import type { SeedDocument } from './seed-document.ts';
import type { FileKind } from './structured.ts';

export const seedKind: FileKind = {
  what: 'a seed file',
  schema: 'schemas/sandbox-seed.schema.json',
  findings: repeatedIds,
};

export const manifestKind: FileKind = { what: 'a manifest', schema: 'schemas/manifest.schema.json' };

/**
 * Refuses a number of participants beside a list of them, which would have no effect.
 *
 * @param source  the seed file, for the error
 * @param option  what gave the number, as it was written
 * @throws ReventoError `usage`
 */
export function refuseCountBeside(document: SeedDocument | undefined, source: string, option: string): void {
  const isListed = document?.events?.some(({ id, participants }) => id === testEventId && participants !== undefined);
  if (!isListed) return;
  throw new ReventoError('usage', `${source} lists the participants of ${testEventId}, so ${option} has no effect.`, {
    hint: `leave out ${option}; more_participants in the file adds made-up ones`,
  });
}
