/** Text decoration. Every method gives its text back unchanged when color is off. */
export interface Style {
  readonly isColor: boolean;
  /** Columns to fit into; Infinity when the output is not a terminal. */
  readonly width: number;
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  blue(text: string): string;
  cyan(text: string): string;
}

const same = (text: string): string => text;

/** The style that leaves text alone: for pipes, files and everything that is not a terminal with color. */
export function plainStyle(width: number = Number.POSITIVE_INFINITY): Style {
  return { isColor: false, width, bold: same, dim: same, red: same, green: same, yellow: same, blue: same, cyan: same };
}
