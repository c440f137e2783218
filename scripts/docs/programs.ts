import testingPage from '../../docs/testing.md?raw';
import webhooksPage from '../../docs/webhooks.md?raw';
import attendees from '../../templates/shown/attendees.mjs?assembled';
import nodeReceiver from '../../templates/shown/receiver.mjs?assembled';
import pythonReceiver from '../../templates/shown/receiver.py?assembled';
import signature from '../../templates/shown/signature.mjs?assembled';

/** A file that shows a program made of excerpts of the starters. */
export interface ShownProgram {
  readonly file: string;
  readonly text: string;
}

/** The pages that show such programs, and the examples that use them, as they have to be. */
export function shownPrograms(): readonly ShownProgram[] {
  const webhooks = replaced(webhooksPage, '// receiver.mjs, ', '```', nodeReceiver);
  return [
    { file: 'docs/webhooks.md', text: replaced(webhooks, '# receiver.py, ', '```', pythonReceiver) },
    { file: 'docs/testing.md', text: replaced(testingPage, 'cat > attendees.mjs <<', 'JS', attendees) },
    { file: 'examples/app/signature.mjs', text: signature },
  ];
}

/** A page with a program between the line that begins so and the next line that is `last`. */
function replaced(page: string, first: string, last: string, program: string): string {
  const lines = page.split('\n');
  const start = lines.findIndex((line) => line.startsWith(first));
  const end = lines.indexOf(last, start);
  if (start === -1 || end === -1) throw new Error(`no page shows a program after ${first}`);
  return [...lines.slice(0, start + 1), program.trimEnd(), ...lines.slice(end)].join('\n');
}
