/** The lines that could not be used, by reason. */
export class SkippedLines {
  readonly #byReason = new Map<string, number[]>();

  add(lineNumber: number, what: string): void {
    const lineNumbers = this.#byReason.get(what);
    if (lineNumbers === undefined) this.#byReason.set(what, [lineNumber]);
    else lineNumbers.push(lineNumber);
  }

  /** Such as `line 1 is not JSON`; null when no line was skipped. Reasons are kept in the order they came up. */
  first(): string | null {
    for (const [what, [lineNumber]] of this.#byReason) return `line ${lineNumber} is ${what}`;
    return null;
  }

  /** One sentence for each reason, however many lines there are. */
  warnings(): string[] {
    return [...this.#byReason].map(([what, lineNumbers]) => {
      if (lineNumbers.length === 1) return `line ${lineNumbers[0]} is ${what}; skipped`;
      const shown = lineNumbers.slice(0, 5).join(', ');
      const rest = lineNumbers.length > 5 ? ', …' : '';
      return `${lineNumbers.length} lines are ${what} (${shown}${rest}); skipped`;
    });
  }
}
