import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { starterFor } from '../../../src/starters/starters.ts';
import { root } from '../../support/program/build.ts';
import { kotlinCompiler } from '../../support/program/needs.ts';

const textOf = (file: string) => readFileSync(join(root, 'templates/kotlin', file), 'utf8');

// No Gradle that we can get understands the build: at least it agrees with what was tested.
const build = textOf('build.gradle.kts');

it('Gradle makes the jar that is started, certified and put into the container', () => {
  const name = /archiveFileName = "(.+)"/.exec(build)?.[1];
  const { start } = JSON.parse(textOf('certify.json')) as { readonly start: readonly string[] };
  expect(start).toEqual(['java', '-jar', `build/libs/${name}`]);
  expect(starterFor('kotlin')?.start).toBe(start.join(' '));
  expect(textOf('Dockerfile')).toContain(`/build/libs/${name} `);
});

it('Gradle starts the class, and takes the version of Kotlin, that the tested commands name', () => {
  const readme = textOf('README.md');
  expect(readme).toContain(`Main-Class: ${/mainClass = "(.+)"/.exec(build)?.[1]}\\n`);
  expect(readme).toContain(kotlinCompiler);
  expect(kotlinCompiler.split('@')[1]).toBe(/kotlin\("jvm"\) version "(.+)"/.exec(build)?.[1]);
});
