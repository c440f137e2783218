// An endpoint of the read API: its row, and the sandbox's route. The existing tests cover every row with the sandbox.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { appendRows, fromTemplate, Refusal } from './edit.mjs';

export function newEndpoint(root, name, path) {
  const [, noun, verb] = /^([a-z][a-z-]*) (list|get)$/.exec(name) ?? [];
  const [, own] = /^me ([a-z][a-z-]*)$/.exec(name) ?? [];
  if (noun === undefined && own === undefined) {
    throw new Refusal(`"${name}" is not a valid endpoint name: use "NOUN list", "NOUN get" or "me NOUN".`);
  }
  const isOwn = own !== undefined;
  const prefix = isOwn ? '/me' : '/events/{event_id}';
  if (!path.startsWith(`${prefix}/`) || !/^(?:\/[a-z][a-z0-9_-]*)+$/.test(path.slice(prefix.length))) {
    throw new Refusal(
      `"${path}" is not a valid path for "${name}": start it with ${prefix}/ and use lowercase letters.`,
    );
  }
  const resources = join(root, 'src/api/resources.ts');
  const rows = readFileSync(resources, 'utf8');
  for (const [what, value] of [
    ['words', name],
    ['path', path],
  ]) {
    if (rows.includes(`${what}: '${value}'`)) throw new Refusal(`An endpoint with "${value}" already exists.`);
  }
  const values = {
    WORDS: name,
    NOUN: (noun ?? own).replaceAll('-', ' '),
    PATH: path,
    KIND: isOwn ? 'user' : 'installation',
    SCOPE: isOwn ? 'profile.read' : 'program.read',
    ROUTE: isOwn ? path : path.slice(prefix.length),
    ANSWER:
      verb === 'list'
        ? "list([{ id: 'id_sample_01', name: 'Sample' }])"
        : "({ value: { id: 'id_sample_01', name: 'Sample' } })",
  };
  appendRows(resources, 'const resources', fromTemplate(`resource-${verb === 'list' ? 'list' : 'document'}`, values));
  const routes = join(root, 'src/sandbox/read-api/read-api.ts');
  appendRows(routes, isOwn ? 'const userResources' : 'const eventResources', fromTemplate('route', values));
  return {
    files: [resources, routes],
    next: 'set its scope, fields and columns as in the guide, and make the sandbox serve more than a sample',
  };
}
