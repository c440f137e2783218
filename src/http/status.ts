/** Whether a status is 2xx; null, for no answer, is not. */
export function isSuccess(status: number | null): boolean {
  return status !== null && status >= 200 && status < 300;
}
