/** Whether a status is 2xx; null, where no answer came, is not. Never throws. */
export function isSuccess(status: number | null): boolean {
  return status !== null && status >= 200 && status < 300;
}
