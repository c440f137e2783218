import { controlPrefix } from '../control/key.ts';
import { operations } from '../control/operations.ts';
import { refusals } from '../control/refusal.ts';
import { commonRefusals, type Operation } from '../control/rows/operation.ts';
import { errorAnswer, jsonAnswer } from './answers.ts';
import { type JsonSchema, jsonSchemaOf } from './json-schema.ts';

/** The paths of the control API, from the rows of its operations. */
export function controlPaths(): JsonSchema {
  const paths: Record<string, JsonSchema> = {};
  for (const [name, row] of Object.entries(operations) as [string, Operation][]) {
    const path = `${controlPrefix}${row.path}`;
    paths[path] = { ...paths[path], [row.method.toLowerCase()]: operationOf(name, row) };
  }
  return paths;
}

function operationOf(name: string, row: Operation): JsonSchema {
  const { properties = {}, required = [], ...rest } = jsonSchemaOf(row.params, 'input');
  const all = Object.entries(properties as { readonly [name: string]: JsonSchema });
  const isInPath = (parameter: string) => row.path.includes(`{${parameter}}`);
  const isPost = row.method === 'POST';
  const parameters = all
    .filter(([parameter]) => !isPost || isInPath(parameter))
    .map(([parameter, schema]) => ({
      ...{ name: parameter, in: isInPath(parameter) ? 'path' : 'query', schema },
      required: isInPath(parameter) || (required as readonly string[]).includes(parameter),
    }));
  const inBody = Object.fromEntries(all.filter(([parameter]) => !isInPath(parameter)));
  const body = {
    ...rest,
    properties: inBody,
    required: (required as readonly string[]).filter((one) => one in inBody),
  };
  return {
    operationId: `sandbox.${name}`,
    tags: ['Control of the sandbox'],
    summary: row.summary,
    security: [{ controlKey: [] }],
    parameters,
    ...(isPost && { requestBody: { content: { 'application/json': { schema: body } } } }),
    responses: {
      [row.status]: jsonAnswer('Done', jsonSchemaOf(row.result, 'output')),
      ...refusedBy(row),
    },
  };
}

/** An answer for each status of a refusal, with its codes. */
function refusedBy({ method, refusals: own }: Operation): JsonSchema {
  const codes = [...commonRefusals.filter((code) => code !== 'unsupported_media_type' || method === 'POST'), ...own];
  const statuses = [...new Set(codes.map((code) => refusals[code].status))];
  return Object.fromEntries(
    statuses.map((status) => {
      const here = [...new Set(codes)].filter((code) => refusals[code].status === status);
      return [status, errorAnswer(here.map((code) => refusals[code].meaning).join('; or '), here)];
    }),
  );
}
