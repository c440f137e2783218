import type { CommandModule } from '../../command-kit/command.ts';
import { joined, type Rule, topicLayout } from './topic-text.ts';

const rules: readonly Rule[] = [
  {
    topic: 'Where it goes',
    rules: [
      'stdout carries the result and nothing else; progress, notices and errors go to stderr.',
      'A terminal adds color and cuts table cells to its width. In a pipe or file the rows are the same, whole.',
      'When the reader of a pipe stops (`| head`), a list ends quietly with exit code 0 (see `help exit-codes`).',
      'A disk that fills up fails the run; an output that is cut short is never reported as done.',
    ],
  },
  {
    topic: '-o table (the default)',
    rules: [
      'Aligned columns for people. Times are local (TZ), null and missing are -, booleans are yes and no.',
      'A list shows its usual columns, or those of --columns. No rows: stdout is empty, stderr says so.',
    ],
  },
  {
    topic: '-o json (--json)',
    rules: [
      'A list is one array of all rows, anything else one document, indented by two spaces.',
      'The array is closed, and so valid, also when the run stops early; the exit code tells.',
      'A stream of events is one line each, as with -o ndjson. Errors are one JSON line on stderr.',
    ],
  },
  {
    topic: '-o ndjson',
    rules: ['One line of JSON for every row, event or document, written as soon as it is there.'],
  },
  {
    topic: '-o csv',
    rules: [
      'RFC 4180: a header line, CRLF. The columns are those of --columns; without it the usual ones,',
      'then every other field of the first page. A field that appears later is named on stderr.',
      'Nested values are JSON. A text that a spreadsheet would run as a formula begins with an apostrophe.',
    ],
  },
  {
    topic: '--columns a,b.c',
    rules: [
      'Takes these fields, in this order; b.c is the field c inside b, list.0 the first element of list.',
      'In json and ndjson the rows are reduced to these paths, which become the keys; a missing one is null.',
      'A field that no row has is an empty column, and stderr names the fields there are.',
      "In PowerShell the list has to be quoted: --columns 'a,b.c'.",
    ],
  },
  {
    topic: "-q, --jq '.[].id'",
    rules: [
      'Filters the whole list (every page of it), the document, or each event, with jq 1.8.',
      'One result a line; strings are printed raw, but stay JSON with -o ndjson. An expression that does',
      'not compile is wrong usage (exit 2), one that does not fit the data fails (exit 1).',
    ],
  },
  {
    topic: 'What is kept',
    rules: [
      'Fields the guide does not name, duplicate keys, and numbers digit by digit (1e400, 2.50, 12345678901234567890).',
      'jq writes the exponent of a number in its own way (1E+400) and keeps the last of duplicate keys.',
      'Text from the network loses its terminal control characters; JSON on a terminal shows them as \\uXXXX.',
    ],
  },
];

/** `revento help output`: how results are written in each format, and what may be relied on. */
export const helpOutput: CommandModule = {
  declare: (command) => command,
  layout: { shape: 'value', isText: true },
  async *run() {
    yield {
      kind: 'value',
      data: joined(rules),
      text: (style) => {
        const { paragraph, sections } = topicLayout(style);
        return [
          style.bold('Output'),
          ...sections(rules),
          '',
          ...paragraph(
            'The format comes from the first of: -o or --json, REVENTO_OUTPUT, `revento config set output`, table. ' +
              'Options that contradict each other, such as --jq and -o csv, are refused before anything is sent.',
          ),
        ].join('\n');
      },
    };
    return undefined;
  },
};
