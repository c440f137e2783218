/** What follows an answer sooner may have been sent before it. */
export const underWayMs = 100;
/** Most attempts of a client that does not wait follow sooner, also on a busy machine. */
const immediateMs = 30;
/** No machine holds up an attempt for longer. */
const mostStallMs = 1_000;
/** From one wait to the next, a backoff grows by this factor or more. */
const leastGrowth = 1.4;
/** Attempts without a wait follow about as fast as each other. */
const mostSpread = 3;
const leastMs = 5;

/**
 * Whether a client sent its attempts without waits, given the time before each, milliseconds. A machine may hold up a few
 * of them: no more than a third, and then the others show it.
 */
export function isWithoutWait(gaps: readonly number[]): boolean {
  const longer = gaps.filter((gap) => gap >= underWayMs).length;
  if (longer === 0) return true;
  const middle = [...gaps].sort((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? 0;
  const isStalled = longer <= gaps.length / 3 && Math.max(...gaps) < mostStallMs;
  return isStalled && middle < immediateMs && !isGrowing(gaps) && areAlike(gaps.filter((gap) => gap < underWayMs));
}

/** Waits of a random length are not. */
function areAlike(gaps: readonly number[]): boolean {
  return Math.max(...gaps) <= Math.max(Math.min(...gaps), leastMs) * mostSpread;
}

function isGrowing(gaps: readonly number[]): boolean {
  return gaps.slice(1).every((gap, index) => {
    return gap >= Math.max(gaps[index] ?? 0, 1) * leastGrowth;
  });
}
