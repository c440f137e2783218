import { useConsole, useData } from '../../context.ts';
import { actionKeys, actOn, fits } from '../../keys/person-keys.ts';
import type { Application } from '../../store.ts';
import { plainWord, timeWords } from '../../words.ts';

/** Who is selected on the board, and what can be done with the application. */
export function Person({ person: chosen }: { readonly person: Application }) {
  const store = useConsole();
  const data = useData('applications', { search: chosen.id, limit: 1 }, ['happening']);
  const person = data?.applications.find(({ id }) => id === chosen.id) ?? chosen;
  const facts = [
    ['Status', plainWord(person.status)],
    ['Role', person.role],
    ['Email', person.email],
    ['Submitted', timeWords(person.submitted_at)],
    ['Reviewed', person.last_reviewed_at === null ? 'not yet' : timeWords(person.last_reviewed_at)],
    ['Id', person.id],
  ] as const;
  return (
    <aside class="person" id="person" aria-label="Selected application">
      <div class="panel-bar">
        <h3>{person.name}</h3>
        <button type="button" class="quiet" onClick={() => store.select(null)}>
          Close
        </button>
      </div>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <div class="acts">
        {actionKeys
          .filter(({ name }) => fits(store, person, name))
          .map(({ name, key, word }) => (
            <button key={name} type="button" data-action={name} onClick={() => actOn(store, person, name)}>
              {word} <kbd>{key}</kbd>
            </button>
          ))}
      </div>
      <p class="aside">The keys work while a card has the focus; arrows move between cards.</p>
    </aside>
  );
}
