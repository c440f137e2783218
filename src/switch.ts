/** Whether an environment variable switches something on: set, and neither empty, `0` nor `false`. Never throws. */
export function isOn(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0' && value !== 'false';
}
