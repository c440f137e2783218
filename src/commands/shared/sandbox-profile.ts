/** Whether a profile is one that `sandbox start` defines. */
export function isSandboxProfile(profile: string): boolean {
  return /^sandbox(-\d{1,5})?$/.test(profile);
}
