/**
 * The options among the words of a command line that are ours: what stands behind `--` is for the program that is
 * run, and the word after a flag of `valueFlags` is its value. Where those come together with their value, as in
 * `--output=json`, they are one word. Never throws.
 *
 * @returns each option as it was written, with the word after it when the flag takes one
 */
export function ownOptions(
  argv: readonly string[],
  valueFlags: ReadonlySet<string>,
): readonly (readonly [flag: string, value: string | undefined])[] {
  const found: (readonly [string, string | undefined])[] = [];
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] as string;
    if (word === '--') break;
    if (!word.startsWith('-')) continue;
    found.push([word, valueFlags.has(word) ? argv[++index] : undefined]);
  }
  return found;
}
