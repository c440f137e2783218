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
        const moments = Array.from({ length: points }, (_, index) => (usualMs * (index + 1)) / (points + 1));
        const judgment = await drill.expectEach(
          moments.map((afterMs) => () => {
            const parts = drill.fresh();
            return [async () => drill.killDuring(parts, afterMs).then(() => drill.deliver(drill.again(parts)))];
          }),
        );
        const shown = moments.map((ms) => `${Math.round(ms)}`).join(', ');
        return {
          ...judgment,
          got: `killed ${shown} ms after it was sent, of usually ${Math.round(usualMs)} ms: ${judgment.got}`,
        };
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
    {
      id: 'effect-acknowledged',
      isRace: true,
      title: 'does the work of a delivery that it acknowledged, when it is killed right after',
      sent: 'a valid delivery, then SIGKILL right after its answer, and a restart',
      wanted: 'the effect of one delivery',
      why: 'an acknowledged delivery is never sent again: what was only in memory is lost',
      fix: 'store the delivery before you answer 2xx, and continue with what is stored after a start',
      run: (drill) => drill.expectOnce(() => drill.deliver(drill.fresh()).then(() => drill.restart())),
    },
  ];
}
