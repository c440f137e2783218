/** @param sums  SHA-256 by the name of the archive */
export function formulaOf(version: string, url: string, sums: ReadonlyMap<string, string>): string;
export function scoopManifestOf(version: string, url: string, sums: ReadonlyMap<string, string>): string;
