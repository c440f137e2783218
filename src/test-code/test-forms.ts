import { asCurlScript } from './curl-script.ts';
import { asGo } from './go.ts';
import { asJunit } from './junit.ts';
import { asPhpunit } from './phpunit.ts';
import { asPytest } from './pytest.ts';
import { asRspec } from './rspec.ts';
import type { TestFile } from './test-file.ts';
import { asVitest } from './vitest.ts';

/** A framework for which a test can be generated from deliveries. */
export interface TestForm {
  /** In a command line. */
  readonly id: string;
  readonly name: string;
  /** A file name that the framework finds. */
  readonly file: string;
  /** The names that it finds. */
  readonly found: RegExp;
  readonly write: (file: TestFile) => string;
}

/** A script of curl commands, for a shell. */
export const curlForm: TestForm = { id: 'curl', name: 'curl', file: 'webhook.sh', found: /./, write: asCurlScript };

/** The frameworks. */
export const testForms: readonly TestForm[] = [
  { id: 'pytest', name: 'pytest', file: 'test_webhook.py', found: /^test_.*\.py$|_test\.py$/, write: asPytest },
  {
    id: 'vitest',
    name: 'Vitest',
    file: 'webhook.test.js',
    found: /\.(?:test|spec)\.(?:[cm]?[jt]s|[jt]sx)$/,
    write: asVitest,
  },
  { id: 'go', name: 'Go', file: 'webhook_test.go', found: /_test\.go$/, write: asGo },
  { id: 'phpunit', name: 'PHPUnit', file: 'WebhookTest.php', found: /^[A-Z]\w*Test\.php$/, write: asPhpunit },
  { id: 'rspec', name: 'RSpec', file: 'webhook_spec.rb', found: /_spec\.rb$/, write: asRspec },
  { id: 'junit', name: 'JUnit', file: 'WebhookTest.java', found: /^[A-Z]\w*\.java$/, write: asJunit },
];
