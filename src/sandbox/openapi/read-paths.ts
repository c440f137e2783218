import { readRoutes } from '../read-api/read-api.ts';
import { choice, errorAnswer, jsonAnswer } from './answers.ts';
import type { JsonSchema } from './json-schema.ts';
import { isList, resourceSchemas } from './resources.ts';

const whole: JsonSchema = { schema: { type: 'integer' } };

/** On every answer to a token. Source: guide, rate limits. */
const limitHeaders: JsonSchema = {
  'X-RateLimit-Limit': { ...whole, description: 'calls allowed per hour', required: true },
  'X-RateLimit-Remaining': { ...whole, description: 'calls left this hour', required: true },
  'X-RateLimit-Reset': { ...whole, description: 'Unix seconds', required: true },
};
const challenge: JsonSchema = { 'WWW-Authenticate': { schema: { type: 'string' }, required: true } };

/** The paths of the read API. Source: guide, read API; errors; rate limits. */
export function readApiPaths(): JsonSchema {
  return Object.fromEntries(
    readRoutes.map(({ path, kind, scope }) => {
      const needed = kind === 'user' ? 'user_token_required' : 'installation_token_required';
      const forbidden = [...(kind === 'user' ? [] : ['event_not_authorized']), needed, 'insufficient_scope'];
      const operation: JsonSchema = {
        operationId: `read${path.replace(/\{event_id\}/g, '').replace(/[/-]+(\w?)/g, (_, first: string) => first.toUpperCase())}`,
        tags: ['Read API'],
        summary: `Read ${path}`,
        security: [{ [kind === 'user' ? 'userToken' : 'installationToken']: [scope] }],
        parameters: parametersOf(path),
        responses: {
          200: jsonAnswer('The data as it is now', resourceSchemas[path] ?? { type: 'object' }, {
            headers: limitHeaders,
          }),
          ...(isList(path) && {
            400: errorAnswer(
              'A parameter is wrong',
              ['validation_error'],
              choice('the code, and that a high limit is refused'),
            ),
          }),
          401: errorAnswer('The token is not valid', ['invalid_token', 'token_expired', 'token_revoked'], {
            headers: challenge,
          }),
          403: errorAnswer(
            'The token is valid, but does not allow this',
            forbidden,
            choice('the code insufficient_scope'),
          ),
          429: errorAnswer(
            'Too many calls of this token; `Retry-After` only with rate_limit_exceeded',
            ['rate_limit_exceeded', 'concurrent_limit_exceeded'],
            { headers: { 'Retry-After': { ...whole, description: 'seconds' } } },
          ),
          '5XX': errorAnswer('Revento failed; retry with backoff', ['server_error'], choice('the code')),
        },
      };
      return [`/api/v1${path}`, { get: operation }];
    }),
  );
}

function parametersOf(path: string): JsonSchema[] {
  const header = (name: string, description: string) => ({
    name,
    in: 'header',
    description,
    schema: { type: 'string' },
  });
  return [
    ...(path.includes('{event_id}')
      ? [{ name: 'event_id', in: 'path', required: true, schema: { type: 'string' } } as const]
      : []),
    ...(isList(path)
      ? [
          { name: 'limit', in: 'query', schema: { type: 'integer', minimum: 1, maximum: 50, default: 25 } } as const,
          { name: 'cursor', in: 'query', description: 'next_cursor of the previous page', schema: { type: 'string' } },
        ]
      : []),
    header('X-Revento-Request-Id', 'a fresh UUID, any format; echoed back'),
  ];
}
