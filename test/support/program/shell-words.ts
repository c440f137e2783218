/**
 * The commands of a line as a POSIX shell would see them: a list of words each, quotes removed. Command
 * substitutions are commands of their own; assignments in front and redirections are left out.
 *
 * Understands what examples are written with, and no more.
 */
export function wordsOf(line: string): string[][] {
  const commands: string[][] = [];
  const inner = line.replace(/\$\(([^()]*)\)/g, (_whole, command: string) => {
    commands.push(...wordsOf(command));
    return 'substituted';
  });
  let words: string[] = [];
  for (const [token] of inner.matchAll(/(?:'[^']*'|"[^"]*"|\\.|[^\s'"|;&<>])+|\|\||&&|[|;&]|[<>]\(?/g)) {
    if (!/^(?:\|\||&&|[|;&])$/.test(token)) words.push(token.replace(/'([^']*)'|"([^"]*)"/g, '$1$2'));
    else {
      commands.push(words);
      words = [];
    }
  }
  commands.push(words);
  return commands.map(withoutRedirections).filter((command) => command.length > 0);
}

function withoutRedirections(words: readonly string[]): string[] {
  const kept = words.filter((word, index) => !/^[<>]/.test(word) && !/^[<>]/.test(words[index - 1] ?? ''));
  const start = kept.findIndex((word) => !/^[A-Z_]+=/.test(word));
  return start < 0 ? [] : kept.slice(start);
}
