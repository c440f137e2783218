import type { CheckReport, CheckResult } from './result.ts';

/**
 * A run as SARIF 2.1.0, for code scanning: what failed is an error, a warning is one; the rest is left out.
 *
 * Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function sarifReport({ command, suite, results, notes }: CheckReport): string {
  const found = results.filter(({ outcome }) => outcome === 'fail' || outcome === 'warn');
  const report = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'revento',
            rules: results.map(({ id, title, particulars }) => ({
              id,
              shortDescription: { text: title },
              help: { text: textOf(particulars, ['why', 'fix', 'source']) || title },
            })),
          },
        },
        invocations: [
          {
            commandLine: command,
            executionSuccessful: true,
            toolExecutionNotifications: notes.map((text) => ({ level: 'note', message: { text } })),
          },
        ],
        results: found.map((result) => resultOf(result, suite)),
      },
    ],
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** There is no line of code to point at, so a result has a logical location only. */
function resultOf({ id, title, outcome, got }: CheckResult, suite: string) {
  return {
    ruleId: id,
    level: outcome === 'fail' ? 'error' : 'warning',
    message: { text: `${title}: ${got}` },
    locations: [{ logicalLocations: [{ fullyQualifiedName: `${suite}.${id}`, kind: 'rule' }] }],
  };
}

function textOf(particulars: CheckResult['particulars'], names: readonly string[]): string {
  return particulars
    .filter(([name]) => names.includes(name))
    .map(([name, text]) => `${name}: ${text}`)
    .join('\n');
}
