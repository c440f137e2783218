import { errorSchema } from './answers.ts';
import { controlPaths } from './control-paths.ts';
import { type JsonSchema, jsonShapes } from './json-schema.ts';
import { oauthPaths, tokenAnswer } from './oauth-paths.ts';
import { readApiPaths } from './read-paths.ts';
import { webhookEntries } from './webhooks.ts';

const bearer = (description: string): JsonSchema => ({ type: 'http', scheme: 'bearer', description });

/**
 * The OpenAPI 3.1 document of the control API, and of the contract of Revento that the sandbox implements.
 *
 * @param server  base URL of the sandbox; `/` in the document that it serves itself
 */
export function openApiDocument(server: string): JsonSchema {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Revento sandbox',
      version: 'v1',
      description: [
        'OAuth, read API and webhooks as Revento’s developer guide describes them, and the control API of the sandbox.',
        '`x-choice` marks assumptions of the sandbox where the guide is silent: true, or what is assumed.',
      ].join(' '),
    },
    servers: [{ url: server }],
    paths: { ...oauthPaths, ...readApiPaths(), ...controlPaths() },
    webhooks: webhookEntries(),
    components: {
      schemas: { Error: errorSchema, TokenAnswer: tokenAnswer, ...jsonShapes() },
      securitySchemes: {
        installationToken: bearer('an access token that an organizer consented to'),
        userToken: bearer('an access token that a participant consented to'),
        controlKey: bearer('the key in REVENTO_SANDBOX_KEY'),
      },
    },
  };
}
