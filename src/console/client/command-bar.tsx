import { useConsole } from './context.ts';
import { copyShown } from './copy.ts';

/** The last click as a command and as a curl line, and its result. */
export function CommandBar() {
  const { shown, notice } = useConsole();
  return (
    <section class="command-bar" aria-label="The same in a terminal">
      <p class={`outcome ${notice?.tone ?? 'calm'}`} role="status">
        {notice?.text ??
          (shown === null ? 'Every click shows here how to do the same in a terminal.' : 'The same in a terminal:')}
      </p>
      {shown !== null && (
        <dl>
          {shown.command !== null && <Line name="command" text={shown.command} />}
          {shown.curl !== '' && <Line name="curl" text={shown.curl} />}
        </dl>
      )}
    </section>
  );
}

function Line({ name, text }: { readonly name: 'command' | 'curl'; readonly text: string }) {
  const store = useConsole();
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable line must be reachable by keyboard */}
        <code tabIndex={0} data-shown={name}>
          {text}
        </code>
        <button type="button" onClick={() => copyShown(store, name)} aria-label={`Copy the ${name} line`}>
          Copy
        </button>
      </dd>
    </div>
  );
}
