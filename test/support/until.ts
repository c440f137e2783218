/** Less than any test may take, so that the failure says what was waited for. */
const defaultMs = 50_000;

/**
 * Waits until something is so, looking every few milliseconds; rejects when it never is.
 *
 * @param what  a function where it says how things stand by then
 * @param limitMs  less than the limit of the test
 */
export async function until(
  isSo: () => boolean,
  what: string | (() => string),
  limitMs: number = defaultMs,
): Promise<void> {
  const limit = performance.now() + limitMs;
  while (!isSo()) {
    if (performance.now() > limit)
      throw new Error(`timed out waiting until ${typeof what === 'string' ? what : what()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
