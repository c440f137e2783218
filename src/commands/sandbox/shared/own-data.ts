import type { Deps } from '../../../command-kit/deps.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import { manifest } from '../../../sandbox/seed/manifest.ts';
import { repeatedIds } from '../../../sandbox/seed/repeated-ids.ts';
import { seedDocument } from '../../../sandbox/seed/seed-document.ts';
import { testEventId } from '../../../sandbox/world/world.ts';
import type { SandboxPlan } from '../../shared/sandbox/open.ts';
import type { SandboxFlags } from './flags.ts';

/**
 * The plan with the files that the flags name: data of its own, and the manifest of the integration.
 *
 * @throws ReventoError `file` for a file that cannot be read or has mistakes, `usage` for flags that contradict it
 */
export async function withOwnData(
  plan: SandboxPlan,
  { seedFile, manifest: manifestFile, participants }: SandboxFlags,
  deps: Pick<Deps, 'signal' | 'terminal'>,
): Promise<SandboxPlan> {
  if (seedFile === undefined && manifestFile === undefined) return plan;
  const { readStructured } = await import('../../shared/structured-file.ts');
  const seedKind = { what: 'a seed file', schema: 'schemas/sandbox-seed.schema.json', findings: repeatedIds };
  const manifestKind = { what: 'a manifest', schema: 'schemas/manifest.schema.json' };
  const document = seedFile === undefined ? undefined : await readStructured(seedFile, seedDocument, seedKind, deps);
  const isCounted = document?.events?.some(
    ({ id, participants: people }) => id === testEventId && people !== undefined,
  );
  if (participants !== undefined && isCounted) {
    throw new ReventoError(
      'usage',
      `${seedFile} lists the participants of ${testEventId}, so --participants has no effect.`,
      {
        hint: 'leave out --participants; more_participants in the file adds made-up ones',
      },
    );
  }
  return {
    ...plan,
    options: { ...plan.options, ...(document !== undefined && { document }) },
    manifest: manifestFile === undefined ? undefined : await readStructured(manifestFile, manifest, manifestKind, deps),
  };
}
