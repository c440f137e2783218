import type { CheckReport } from './result.ts';

/** A run in the Test Anything Protocol, version 13: a line for each check, its particulars as YAML unless it passed. */
export function tapReport({ results, notes }: CheckReport): string {
  const lines = ['TAP version 13', `1..${results.length}`];
  for (const [index, { id, title, outcome, got, particulars, durationMs }] of results.entries()) {
    const state = outcome === 'fail' ? 'not ok' : 'ok';
    const directive = outcome === 'skip' ? ` # SKIP not judged: ${escaped(got)}` : '';
    lines.push(`${state} ${index + 1} - ${id}: ${escaped(title)}${directive}`);
    if (outcome === 'pass' || outcome === 'skip') continue;
    lines.push('  ---');
    // A JSON string is a YAML string.
    for (const [name, value] of [['severity', outcome] as const, ...particulars]) {
      lines.push(`  ${name}: ${JSON.stringify(value)}`);
    }
    lines.push(`  duration_ms: ${durationMs}`, '  ...');
  }
  return `${[...lines, ...notes.map((note) => `# ${note.replace(/[\r\n]+/g, ' ')}`)].join('\n')}\n`;
}

/** Without the character that begins a directive. */
function escaped(text: string): string {
  return text.replaceAll('#', '\\#');
}
