import type { Command } from 'commander';
import { collect } from '../../../command-kit/option-values.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import { type ComparisonOptions, comparedHeaders } from '../../../webhook/sending/answer-difference.ts';
import { targetUrl } from '../../../webhook/sending/target-url.ts';
import type { SendOptions } from '../shared/send.ts';

/** Options that compare two handlers. */
export interface AgainstOptions extends SendOptions {
  readonly against?: string;
  readonly compareHeader?: readonly string[];
  readonly ignore?: readonly string[];
}

/** What to compare with, and how. */
export interface Comparison extends ComparisonOptions {
  /** URL of the second handler. */
  readonly against: string;
}

const about = `
${[
  'With --against, both handlers get the same bytes and headers at the same moment. Compared are the status, the headers',
  `${comparedHeaders.join(', ')}, and the body: JSON by value, whatever its order of members and white space; anything else`,
  'byte by byte. Not compared are other headers, because Date, ETag, request IDs and the like differ between equal answers.',
].join(' ')}

Exit 0 if all answers are the same, 3 if any differ, 1 if a handler is not running or neither answers.
`;

export function declareAgainst(command: Command): Command {
  return command
    .option('--against <url>', 'also send to this handler, or its port, and compare the answers')
    .option('--compare-header <name>', 'with --against, compare this header of the answers, too; repeatable', collect)
    .option(
      '--ignore <path>',
      'with --against, ignore this part of a JSON body, such as .data.at or .items[].id; repeatable',
      collect,
    )
    .addHelpText('after', about);
}

/**
 * The comparison that options ask for, or null.
 *
 * @throws ReventoError `usage`
 */
export function comparisonOf(options: AgainstOptions): Comparison | null {
  const { to, against, insecure = false, compareHeader = [], ignore = [] } = options;
  if (against === undefined) {
    const given = compareHeader.length > 0 ? '--compare-header' : ignore.length > 0 ? '--ignore' : null;
    if (given === null) return null;
    throw new ReventoError('usage', `${given} needs --against.`, { hint: 'name the second handler: --against PORT' });
  }
  if (to === undefined) {
    throw new ReventoError('usage', '--against needs --to.', { hint: 'name the first handler: --to PORT' });
  }
  const isRemoteAllowed = !insecure;
  const url = targetUrl(against, { source: '--against', isRemoteAllowed }).href;
  if (url === targetUrl(to, { source: '--to', isRemoteAllowed }).href) {
    throw new ReventoError('usage', '--to and --against name the same handler.', { hint: 'name two handlers' });
  }
  const isIgnored = ignoring(ignore);
  return { against: url, headers: compareHeader.map((name) => name.toLowerCase()), isIgnored };
}

/** Whether a jq path is one of those to ignore, in which `[]` stands for every element. @throws ReventoError `usage` */
function ignoring(paths: readonly string[]): (path: string) => boolean {
  for (const path of paths) {
    if (path.startsWith('.')) continue;
    throw new ReventoError('usage', `--ignore ${JSON.stringify(path)} is not a path.`, {
      hint: 'begin it with a period, such as --ignore .data.at',
    });
  }
  const given = new Set(paths);
  return (path) => given.has(path) || given.has(path.replace(/\[\d+\]/g, '[]'));
}
