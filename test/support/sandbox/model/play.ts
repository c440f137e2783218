import fc from 'fast-check';
import { Mirror, Model } from './model.ts';
import { PlayedSandbox } from './played-sandbox.ts';
import { judge, steps } from './steps.ts';

/** One run: that many steps in any order on a new sandbox, then the judgment. `loses` is a type never worked. */
export function playSandbox({ steps: count, loses }: { readonly steps: number; readonly loses?: string }) {
  return fc.asyncProperty(fc.commands(steps, { maxCommands: count, size: 'max' }), async (commands) => {
    const real = new PlayedSandbox();
    try {
      const people = await real.list('participants');
      const activities = await real.list('activities');
      const model = new Model();
      for (const row of people) model.people.set(String(row['id']), String(row['application_status']));
      for (const row of activities) model.activities.set(String(row['id']), String(row['capacity_state']));
      const mirror = new Mirror(people, activities, loses);
      await fc.asyncModelRun(() => ({ model, real }), commands);
      await judge(model, real, mirror);
    } finally {
      real.close();
    }
  });
}
