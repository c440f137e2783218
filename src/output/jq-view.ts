import { ReventoError } from '../errors/revento-error.ts';
import { toText } from '../json/stringify.ts';
import { escapeForTerminal, sanitise } from '../text/sanitise.ts';
import type { PrinterOptions, View } from './format.ts';
import { createJq } from './jq.ts';
import type { Transform } from './json-rows.ts';

/** What a filter is given, for whom expected something else: other tools filter a page or a row. */
const given = {
  list: "the filter is given the whole list, one array: begin with .[], as in --jq '.[].id'",
  document: 'the filter is given one document: --jq keys names its fields',
  answer:
    "the filter is given the answer as it came: --jq keys names its fields, --jq '.data[]' gives the rows of a page",
};

/**
 * `--jq`: rows are kept until the last of them is there, so that the expression sees the whole list and not a page
 * of it; every other value is filtered when it comes. Strings are printed raw, but in NDJSON, where each line has
 * to be JSON.
 *
 * @throws ReventoError `usage` when the expression does not compile
 */
export async function createJqView(expression: string, options: PrinterOptions): Promise<View> {
  const { format, layout, isTty, notice, breakable } = options;
  const isRaw = format !== 'ndjson';
  const finish: Transform = isTty ? (isRaw ? sanitise : escapeForTerminal) : (text) => text;
  const jq = await createJq({ expression, isRaw, finish, notice, breakable });
  const isStream = layout.shape === 'events';
  const decoder = new TextDecoder();
  const pages: string[] = [];
  let answer = '';
  let failure: ReventoError | null = null;
  let failedEvents = 0;

  const filter = async (document: string, shape: keyof typeof given): Promise<string> => {
    const result = await jq.run(document);
    if (result.failure !== null && isStream) {
      // One event that does not fit is no reason to stop listening; it is remembered for the exit status.
      failedEvents++;
      notice(`--jq: ${result.failure}`);
    } else if (result.failure !== null) {
      // Of a list only the array itself is the surprise; what is said of a row speaks for itself.
      const isMisplaced = (shape === 'list' ? /^Cannot index array/ : /^Cannot (index|iterate)/).test(result.failure);
      const hint = isMisplaced ? given[shape] : undefined;
      failure = new ReventoError('failed', `--jq: ${result.failure}`, { hint });
    }
    return result.text;
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
