/** A command of a group: `listen`, for `webhook listen` in the group `webhook`. */
interface Member<Named> {
  /** Its name without the group's. */
  readonly word: string;
  readonly command: Named;
}

/** The commands of a group, in the order of the registry; none where the name is not a group. */
export function membersOf<Named extends { readonly name: string }>(
  group: string,
  commands: readonly Named[],
): Member<Named>[] {
  const start = `${group} `;
  return commands
    .filter(({ name }) => name.startsWith(start))
    .map((command) => ({ word: command.name.slice(start.length), command }));
}

/** The commands of a group as one text: `listen, verify, sign`. */
export function memberList(group: string, commands: readonly { readonly name: string }[]): string {
  return membersOf(group, commands)
    .map(({ word }) => word)
    .join(', ');
}
