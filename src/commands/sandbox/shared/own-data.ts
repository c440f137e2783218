import type { Deps } from '../../../command-kit/deps.ts';
import { manifest } from '../../../sandbox/seed/manifest.ts';
import { manifestKind, refuseCountBeside, seedKind } from '../../../sandbox/seed/own-data.ts';
import { seedDocument } from '../../../sandbox/seed/seed-document.ts';
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
  const document = seedFile === undefined ? undefined : await readStructured(seedFile, seedDocument, seedKind, deps);
  if (participants !== undefined) refuseCountBeside(document, `${seedFile}`, '--participants');
  return {
    ...plan,
    options: { ...plan.options, ...(document !== undefined && { document }) },
    manifest: manifestFile === undefined ? undefined : await readStructured(manifestFile, manifest, manifestKind, deps),
  };
}
