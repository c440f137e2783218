import { type OperationName, operations, spread } from '../../src/sandbox/control/operations.ts';
import { type RefusalCode, refusals } from '../../src/sandbox/control/refusal.ts';
import { commonRefusals, type Operation } from '../../src/sandbox/control/rows/operation.ts';
import { jsonSchemaOf, jsonShapes } from '../../src/sandbox/openapi/json-schema.ts';
import { anchorOf, type FieldRow, fieldsOf, parametersOf } from './schema-rows.ts';

const rows = Object.entries(operations) as [OperationName, Operation][];

/** docs/sandbox-api.md: the control API of the sandbox, generated from the table of its operations. */
export function sandboxApiPage(introduction: string): string {
  const parts = [
    introduction.trim(),
    refusalTable([...commonRefusals, 'not_found', 'method_not_allowed']),
    '## Operations',
    rows.map(([, row]) => `[\`${titleOf(row)}\`](#${anchorOf(titleOf(row))})`).join(' · '),
    ...rows.flatMap(([name, row]) => named(name, () => operation(name, row))),
    '## Shapes',
    ...Object.entries(jsonShapes()).flatMap(([name, schema]) => [
      `### ${name}`,
      typeof schema['description'] === 'string' ? `${capital(schema['description'])}.` : '',
      fieldTable(fieldsOf(schema)),
    ]),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** The curl command of an operation's example, after that of the operation that it needs. */
export function curlOf(name: OperationName): string {
  const { params, after } = operations[name].example as Operation['example'];
  if (after === undefined) return request(name, params);
  const { param, from } = after.gives;
  const first = request(after.operation as OperationName, after.params);
  return `${param}=$(${first} | jq -r ${from})\n${request(name, { ...params, [param]: `$${param}` })}`;
}

function request(name: OperationName, params: Operation['example']['params']): string {
  const { path, body } = spread(name, params as never);
  // A shell variable in the path was set by the previous line.
  const url = `"$REVENTO_AUTH_BASE/_sandbox/v1${path.replaceAll('%24', '$')}"`;
  const lines = [`curl -fsS ${url}`, `-H "Authorization: Bearer $REVENTO_SANDBOX_KEY"`];
  if (operations[name].method === 'POST') {
    const text = JSON.stringify(body).replaceAll("'", `'\\''`);
    lines.push(`-H 'Content-Type: application/json' -d '${text}'`);
  }
  return lines.join(' \\\n  ');
}

/** Names the operation whose schema cannot be written as JSON Schema. */
function named<Value>(name: string, make: () => Value): Value {
  try {
    return make();
  } catch (error) {
    throw new Error(`The operation ${name} cannot be documented`, { cause: error });
  }
}

function operation(name: OperationName, row: Operation): string[] {
  const parameters = parametersOf(jsonSchemaOf(row.params, 'input'), row.path);
  const own = row.refusals.filter((code) => !commonRefusals.includes(code));
  return [
    `### ${titleOf(row)}`,
    `${row.summary}.`,
    parameters.length === 0 ? '' : table(['parameter', 'type', ''], parameters.map(cells)),
    ...answerOf(row),
    refusalTable(own),
    `\`\`\`sh\n${curlOf(name)}\n\`\`\``,
  ];
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

const titleOf = ({ method, path }: Operation) => `${method} ${path}`;

function answerOf({ status, result }: Operation): string[] {
  const fields = fieldsOf(jsonSchemaOf(result, 'output'));
  const [first] = fields;
  return first?.name === ''
    ? [`Answers ${status} with ${first.meaning === '' ? first.type : first.meaning}.`]
    : [`Answers ${status} with:`, fieldTable(fields)];
}

const fieldTable = (fields: readonly FieldRow[]) => table(['field', 'type', ''], fields.map(cells));

const cells = ({ name, type, meaning }: FieldRow) => [`\`${name}\``, type, meaning];

function refusalTable(codes: readonly RefusalCode[]): string {
  if (codes.length === 0) return '';
  return table(
    ['refusal', 'status', ''],
    codes.map((code) => [`\`${code}\``, `${refusals[code].status}`, refusals[code].meaning]),
  );
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...lines.map(line)].join('\n');
}
