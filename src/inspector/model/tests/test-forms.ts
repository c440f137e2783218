import type { DeliveryLine } from '../wire.ts';
import { asGo } from './go.ts';
import { asJunit } from './junit.ts';
import { asPhpunit } from './phpunit.ts';
import { asPytest } from './pytest.ts';
import { type RecordedTest, recordedTest } from './recorded-test.ts';
import { asRspec } from './rspec.ts';
import { asVitest } from './vitest.ts';

/** A framework for which a test can be generated from a delivery. */
export interface TestForm {
  readonly name: string;
  /** The file name that the framework expects. */
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

/** Source code that sends the same body, signed at run time, and checks the handler's answer. */
export function asTest(form: TestForm, line: DeliveryLine, url: string): string {
  return form.write(recordedTest(line, url));
}
