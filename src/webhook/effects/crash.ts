import type { Judgment } from '../conformance/answer.ts';
import type { EffectCase } from './cases.ts';

/** Cases that kill the handler and start it again. */
export const crashCases: readonly EffectCase[] = crashCasesAt(8);

/** The same with another number of moments between receipt and answer at which the handler is killed. */
export function crashCasesAt(points: number): readonly EffectCase[] {
  return [
    {
      id: 'effect-killed',
      isRace: true,
      title: 'works once when it is killed before its answer',
      sent: `a valid delivery, then SIGKILL at one of ${points} moments before its answer, a restart, and the same again`,
      wanted: 'the effect of one delivery each time',
      why: 'a handler that stores the id and works in two steps loses the delivery, or works twice, when it ends between',
      fix: 'store the delivery id in the same transaction as the work',
      run: async (drill) => {
        const usualMs = await drill.usualMs();
        let judgment: Judgment | null = null;
        for (let point = 1; point <= points && (judgment === null || judgment.outcome === 'pass'); point++) {
          const parts = drill.fresh();
          const afterMs = (usualMs * point) / (points + 1);
          const found = await drill.expectOnce(async () => {
            await drill.killDuring(parts, afterMs);
            await drill.deliver(drill.again(parts));
          });
          const moment = `killed ${Math.round(afterMs)} ms after it was sent, of usually ${Math.round(usualMs)} ms`;
          judgment = found.outcome === 'pass' ? found : { ...found, got: `${moment}: ${found.got}` };
        }
        return judgment as Judgment;
      },
    },
    {
      id: 'effect-restart',
      title: 'remembers deliveries after a restart',
      sent: 'a valid delivery, then SIGKILL after its answer, a restart, and the same again',
      wanted: 'the effect of one delivery',
      why: 'a handler that keeps the ids in memory forgets them with each deploy',
      fix: 'store the delivery ids where the work is stored, in the same transaction',
      run: (drill) => {
        const parts = drill.fresh();
        return drill.expectOnce(async () => {
          await drill.deliver(parts);
          await drill.restart();
          await drill.deliver(drill.again(parts));
        });
      },
    },
  ];
}
