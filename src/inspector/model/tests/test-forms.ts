import type { DeliveryLine } from '../wire.ts';
import { asGo } from './go.ts';
import { asJunit } from './junit.ts';
import { asPhpunit } from './phpunit.ts';
import { asPytest } from './pytest.ts';
import { type RecordedTest, recordedTest } from './recorded-test.ts';
import { asRspec } from './rspec.ts';
import { asVitest } from './vitest.ts';

/** A test framework that a delivery can become a test for. */
export interface TestForm {
  readonly name: string;
  /** As the framework looks for it. */
  readonly file: string;
  readonly write: (test: RecordedTest) => string;
}

export const testForms: readonly TestForm[] = [
  { name: 'pytest', file: 'test_webhook.py', write: asPytest },
  { name: 'Vitest', file: 'webhook.test.js', write: asVitest },
  { name: 'Go', file: 'webhook_test.go', write: asGo },
  { name: 'PHPUnit', file: 'WebhookTest.php', write: asPhpunit },
  { name: 'RSpec', file: 'webhook_spec.rb', write: asRspec },
  { name: 'JUnit', file: 'WebhookTest.java', write: asJunit },
];

/** Source code that sends the same body, signed when it runs, and says what a handler must answer. */
export function asTest(form: TestForm, line: DeliveryLine, url: string): string {
  return form.write(recordedTest(line, url));
}
