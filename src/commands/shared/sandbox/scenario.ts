import type { Deps } from '../../../command-kit/deps.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import { parseFault } from '../../../sandbox/faults/fault.ts';
import { type BuiltInScenario, builtInScenarios } from '../../../sandbox/scenario/built-in.ts';
import { type Scenario, scenario, stepFindings } from '../../../sandbox/scenario/scenario.ts';
import { checkStructured, type FileKind } from '../../../sandbox/seed/structured.ts';
import { adviceOn } from '../../../text/suggestion.ts';
import { readStructured } from '../structured-file.ts';

const kind: FileKind = {
  what: 'a scenario',
  schema: 'schemas/scenario.schema.json',
  findings: (value) => [...stepFindings(value), ...faultFindings(value)],
};

/**
 * A built-in scenario by its name, or that of a file.
 *
 * @throws ReventoError `usage` for a name that is neither, `file` for a file with mistakes
 */
export async function loadScenario(name: string, deps: Pick<Deps, 'signal' | 'terminal'>): Promise<Scenario> {
  if (isBuiltIn(name)) return builtIn(name);
  // A file has a directory or an extension; a bare word was meant as a name.
  if (name === '-' || /[./\\]/.test(name)) return readStructured(name, scenario, kind, deps);
  throw new ReventoError('usage', `Unknown scenario ${JSON.stringify(name)}.`, {
    hint: adviceOn(
      name,
      builtInScenarios,
      `scenarios are ${builtInScenarios.join(', ')}; for a file, add its extension, such as ${name}.yaml`,
    ),
  });
}

/** One of those in the package. */
export async function builtIn(name: BuiltInScenario): Promise<Scenario> {
  const { library } = await import('../../../sandbox/scenario/library.ts');
  return checkStructured(library[name], `${name}.yaml`, scenario, kind);
}

function isBuiltIn(name: string): name is BuiltInScenario {
  return builtInScenarios.some((one) => one === name);
}

/** Faults that the sandbox would refuse, found before anything is played. */
function faultFindings(value: unknown) {
  const steps = (value as { readonly steps?: unknown } | null)?.steps;
  if (!Array.isArray(steps)) return [];
  return steps.flatMap((step: { readonly fault?: unknown } | null, index) =>
    (Array.isArray(step?.fault) ? step.fault : []).flatMap((fault: unknown, at) => {
      if (typeof fault !== 'string') return [];
      try {
        parseFault(fault);
        return [];
      } catch (error) {
        if (!(error instanceof ReventoError)) throw error;
        return [{ path: ['steps', index, 'fault', at], message: `is not valid: ${error.message}` }];
      }
    }),
  );
}
