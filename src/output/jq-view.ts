import { ReventoError } from '../errors/revento-error.ts';
import { toText } from '../json/stringify.ts';
import { decodeString } from '../json/text.ts';
import { escapeForTerminal, sanitize } from '../text/sanitize.ts';
import type { PrinterOptions, View } from './format.ts';
import { createJq } from './jq.ts';
import { jqVariables } from './jq-variables.ts';

/** The input of a filter, for users who expected another one: other tools filter a page or a row. */
const given = {
  list: "the filter is given the whole list, one array: begin with .[], as in --jq '.[].id'",
  document: 'the filter is given one document: --jq keys names its fields',
  answer: "the filter gets the unchanged response: --jq keys names its fields, --jq '.data[]' gives the rows of a page",
};

/**
 * `--jq`: rows are kept until the last one has arrived, so that the expression sees the whole list and not a page
 * of it; every other value is filtered when it arrives. Strings are printed as text, except in NDJSON, where each line
 * has to be JSON.
 *
 * @throws ReventoError `usage` when the expression does not compile
 */
export async function createJqView(expression: string, options: PrinterOptions): Promise<View> {
  const { format, layout, isTty, notice, breakable, jqArguments = [], environment = {} } = options;
  const isRaw = format !== 'ndjson';
  const lineOf = (result: string): string => {
    if (isRaw && result.startsWith('"')) return sanitize(decodeString(result).replace(/\r\n?/g, '\n'));
    return isTty ? escapeForTerminal(result) : result;
  };
  const variables = jqVariables(expression, jqArguments, environment);
  const jq = await createJq({ expression, variables, notice, breakable });
  const isStream = layout.shape === 'events';
  const decoder = new TextDecoder();
  const pages: string[] = [];
  let answer = '';
  let failure: ReventoError | null = null;
  let failedEvents = 0;

  async function* filter(document: string, shape: keyof typeof given): AsyncGenerator<string, void, void> {
    for await (const { texts, failure: said } of jq.run(document)) {
      if (said !== null) fail(said, shape);
      if (texts.length > 0) yield `${texts.map(lineOf).join('\n')}\n`;
    }
  }

  const fail = (said: string, shape: keyof typeof given) => {
    if (isStream) {
      // One event that the filter fails on must not stop the listener; it counts for the exit status.
      failedEvents++;
      notice(`--jq: ${said}`);
      return;
    }
    // Of a list only the array itself is the surprise; what is said of a row speaks for itself.
    const isMisplaced = (shape === 'list' ? /^Cannot index array/ : /^Cannot (index|iterate)/).test(said);
    failure = new ReventoError('failed', `--jq: ${said}`, { hint: isMisplaced ? given[shape] : undefined });
  };

  return {
    rows(rows) {
      pages.push(rows.join(','));
      return '';
    },
    value: ({ data }) => filter(toText(data), 'document'),
    bytes(bytes) {
      answer += decoder.decode(bytes, { stream: true });
      return '';
    },
    end(isWhole) {
      if (failedEvents > 0) failure = new ReventoError('failed', `--jq failed for ${failedEvents} events.`);
      if (answer !== '') return filter(answer, 'answer');
      const isList = pages.length > 0 || (layout.shape === 'rows' && isWhole);
      return isList ? filter(`[${pages.join(',')}]`, 'list') : '';
    },
    complaint: () => null,
    failure: () => failure,
  };
}
