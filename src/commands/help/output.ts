import { joined, type Rule, type TopicContent } from './topic.ts';

const rules: readonly Rule[] = [
  {
    topic: 'Where it goes',
    rules: [
      'stdout carries the result and nothing else; progress, notices and errors go to stderr.',
      'A terminal adds color and cuts table cells to its width. In a pipe or file the same rows are complete.',
      '--out FILE writes to a file instead (0600), which changes only if the run succeeds.',
      'When a pipe such as `| head` closes early, a list ends quietly with exit code 0 (see `help exit-codes`).',
      'A full disk fails the run; incomplete output is never reported as success.',
    ],
  },
  {
    topic: '-o table (the default)',
    rules: [
      'Aligned columns. Times are in the zone of the event where they belong to its program, else local (TZ); the',
      'heading names the offset. Null and missing values are -, booleans are yes and no.',
      'A list shows its default columns, or those of --columns. Without rows stdout is empty, and stderr says so.',
      'A list that the default limit cut says so in a warning: --all gives everything.',
    ],
  },
  {
    topic: '-o json (--json)',
    rules: [
      'A list is one array of all rows, anything else one document, indented by two spaces.',
      'The array is closed, and therefore valid, even if the run stops early; check the exit code.',
      'A stream of events is one line each, as with -o ndjson. Errors are one JSON line on stderr.',
    ],
  },
  {
    topic: '-o ndjson',
    rules: ['One line of JSON for each row, event or document, written as soon as it is available.'],
  },
  {
    topic: '-o csv',
    rules: [
      'RFC 4180: a header line, CRLF. The columns are those of --columns; without it the default ones,',
      'then every other field of the first page. A field that appears later is named in a warning.',
      'Each field of an object, such as custom_form_fields, has a column; deeper values are JSON. A text that a',
      'spreadsheet would run as a formula begins with an apostrophe. --bom begins with a byte order mark, by which',
      'Excel recognizes UTF-8.',
    ],
  },
  {
    topic: '--columns a,b.c',
    rules: [
      'Shows these fields in this order; b.c is the field c inside b, list.0 the first element of list.',
      'In json and ndjson the rows are reduced to these paths, which become the keys; missing ones are null.',
      'An unknown field is refused (exit 2), and the hint lists the available ones.',
      "In PowerShell, quote the list: --columns 'a,b.c'.",
    ],
  },
  {
    topic: "-q, --jq '.[].id'",
    rules: [
      'Filters the whole list (every page of it), the document, or each event, with jq 1.8.',
      'One result per line; strings are printed as text, but stay JSON with -o ndjson. Results are written as they',
      'come. An expression that does not compile is wrong usage (exit 2); one that does not fit the data fails (exit 1).',
      'env and $ENV are the environment, without the REVENTO_ secrets and without variables that look like secrets.',
      '--arg name=value passes a value as $name, without any quoting: --arg role="$ROLE".',
      'Lists also take --where EXPR, which keeps the rows for which EXPR is true.',
    ],
  },
  {
    topic: 'What is kept',
    rules: [
      'Unknown fields, duplicate keys, and numbers digit by digit (1e400, 2.50, 12345678901234567890) are kept.',
      'jq writes exponents in its own way (1E+400) and keeps the last of duplicate keys.',
      'Text (tables, CSV, strings of --jq) loses terminal control and invisible characters, in pipes and files too.',
      'JSON keeps them; on a terminal it shows them as \\uXXXX.',
    ],
  },
];

/** `revento help output`: how results are written in each format, and what may be relied on. */
export const output: TopicContent = {
  data: joined(rules),
  parts: [
    ...rules,
    'The format comes from the first of: -o or --json, REVENTO_OUTPUT, `revento config set output`, table. ' +
      'Text for a shell (token, completion, config, help) and streams follow -o and --json only. ' +
      'Options that contradict each other, such as --jq and -o csv, are refused before anything is sent.',
  ],
};
