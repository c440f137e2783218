import type { Deps } from '../../../command-kit/deps.ts';
import { ControlRefusal } from '../../../console/control-port.ts';
import { type ConsoleParts, createConsoleRoutes } from '../../../console/routes.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import type { Exchange } from '../../../ports/exchange.ts';
import type { ResultOf } from '../../../sandbox/control/operations.ts';
import { type BuiltInScenario, builtInScenarios } from '../../../sandbox/scenario/built-in.ts';
import { createStageHand } from '../../../sandbox/scenario/hand.ts';
import { play } from '../../../sandbox/scenario/play.ts';
import { type Step, stepKinds, titleOf } from '../../../sandbox/scenario/scenario.ts';
import { builtIn } from './scenario.ts';

export type ConsoleDeps = Pick<Deps, 'clock' | 'http' | 'signal'>;

/** What answers a console's requests, with the scenarios of the package to play. */
export function consoleRoutes(
  parts: Pick<ConsoleParts, 'address' | 'command' | 'control' | 'onRotated'>,
  { clock, http, signal }: ConsoleDeps,
): Exchange {
  const { address, control, onRotated } = parts;
  return createConsoleRoutes({
    ...parts,
    clock,
    scenarios: () =>
      Promise.all(
        builtInScenarios.map(async (name) => {
          const { title, shows, steps } = await builtIn(name);
          return { name, title, shows: shows.trim(), steps: steps.map(stepFact) };
        }),
      ),
    begin: async (name, onAsked) => {
      if (!isBuiltIn(name)) return null;
      const exchange = await http();
      const hand = await createStageHand({
        ask: async (operation, params) => {
          onAsked({ name: operation, params });
          const result = await control.ask(operation, params);
          if (operation === 'rotate') await onRotated(result as ResultOf<'rotate'>);
          return result;
        },
        http: (request) => {
          onAsked({ readUrl: request.url });
          return exchange(request);
        },
        authBase: address,
        clock,
        signal,
        syncUrl: null,
        // The page says what a step waits for.
        notice: () => undefined,
      });
      return play(await builtIn(name), hand, isRefusal);
    },
  });
}

function stepFact(step: Step) {
  const kind = stepKinds.find((one) => one in step) ?? 'do';
  return { kind, title: step.title ?? titleOf(step, kind) };
}

function isBuiltIn(name: string): name is BuiltInScenario {
  return builtInScenarios.some((one) => one === name);
}

/** The sandbox refused; a network failure is not a refusal. */
function isRefusal(error: unknown): error is Error {
  return error instanceof ControlRefusal || (error instanceof ReventoError && (error.facts.status ?? 0) >= 400);
}
