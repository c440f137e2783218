import type fc from 'fast-check';
import type { Model } from './model.ts';
import type { PlayedSandbox } from './played-sandbox.ts';

export type Step = fc.AsyncCommand<Model, PlayedSandbox>;

/** Something done to both, which judges by itself what it gets; what it started is over before the next one. */
export function step(
  name: string,
  run: (model: Model, real: PlayedSandbox) => Promise<void>,
  check: (model: Readonly<Model>) => boolean = () => true,
): Step {
  return {
    check,
    run: async (model, real) => {
      await run(model, real);
      await real.settle();
    },
    toString: () => name,
  };
}
