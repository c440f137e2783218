import type { Starter } from './starter.ts';

/** Every language that has a starter. To add one, add a folder in `templates/` and a row here. */
export const starters: readonly Starter[] = [
  {
    language: 'node',
    title: 'Node.js',
    frameworks: [{ name: 'express' }, { name: 'none', overlay: 'none' }],
    needs: 'Node.js 20.18.1 or newer',
    install: ['npm', 'install'],
    start: 'npm start',
    test: 'npm test',
    files: () => import('../../templates/node?files'),
  },
  {
    language: 'python',
    title: 'Python',
    frameworks: [{ name: 'flask' }, { name: 'fastapi', overlay: 'fastapi' }],
    needs: 'Python 3.10 or newer',
    install: 'python3 -m venv .venv && . .venv/bin/activate && pip install -r requirements.txt',
    start: 'python3 app.py',
    test: 'python3 -m unittest',
    files: () => import('../../templates/python?files'),
  },
  {
    language: 'go',
    title: 'Go',
    frameworks: [{ name: 'net/http' }],
    needs: 'Go 1.19 or newer',
    install: ['go', 'build', '-o', 'revento-integration', '.'],
    start: 'go run .',
    test: 'go test',
    untested: 'its Dockerfile and CI workflow have not been run',
    files: () => import('../../templates/go?files'),
  },
  {
    language: 'ruby',
    title: 'Ruby',
    frameworks: [{ name: 'sinatra' }],
    needs: 'Ruby 3.1 or newer with Bundler',
    install: ['bundle', 'install'],
    start: 'ruby app.rb',
    test: 'ruby test/all.rb',
    files: () => import('../../templates/ruby?files'),
  },
  {
    language: 'php',
    title: 'PHP',
    frameworks: [{ name: 'none' }],
    needs: 'PHP 8.2 or newer; PHPUnit for its tests',
    install: null,
    start: 'php app.php',
    test: 'phpunit',
    files: () => import('../../templates/php?files'),
  },
  {
    language: 'java',
    title: 'Java',
    frameworks: [{ name: 'jdk' }],
    needs: 'Java 17 or newer with Maven',
    install: ['mvn', '--quiet', '--batch-mode', 'package', '-DskipTests'],
    start: 'java -jar target/revento-integration.jar',
    test: 'mvn test',
    untested: 'its Dockerfile and CI workflow have not been run; its pom.xml was run by hand',
    files: () => import('../../templates/java?files'),
  },
  {
    language: 'csharp',
    title: 'C#',
    frameworks: [{ name: 'aspnet' }],
    needs: '.NET 8 SDK or newer',
    install: ['dotnet', 'build', '--configuration', 'Release'],
    start: 'dotnet bin/Release/net8.0/revento-integration.dll',
    test: 'dotnet test tests',
    untested: 'its project files, Dockerfile and CI workflow have not been run; certified on .NET 9',
    files: () => import('../../templates/csharp?files'),
  },
  {
    language: 'kotlin',
    title: 'Kotlin',
    frameworks: [{ name: 'jdk' }],
    needs: 'Java 17 or newer with Gradle 8',
    install: ['gradle', '--quiet', 'jar'],
    start: 'java -jar build/libs/revento-integration.jar',
    test: 'gradle test',
    untested: 'its build.gradle.kts, Dockerfile and CI workflow have not been run; tested with kotlinc 2.4',
    files: () => import('../../templates/kotlin?files'),
  },
];

/** The row of a language, or undefined. */
export function starterFor(language: string): Starter | undefined {
  return starters.find((row) => row.language === language);
}
