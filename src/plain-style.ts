import type { Style } from './platform/ports.ts';

const same = (text: string): string => text;

/** The style that leaves text alone: for pipes, files and everything that is not a terminal with colour. */
export function plainStyle(width: number = Number.POSITIVE_INFINITY): Style {
  return { isColor: false, width, bold: same, dim: same, red: same, green: same, yellow: same, blue: same, cyan: same };
}
