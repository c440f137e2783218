import { useStore } from '../context.ts';

/** The filter, with its mistakes. */
export function FilterBox() {
  const store = useStore();
  const { problems, filterText } = store.list;
  return (
    <div class="filter">
      <label for="filter">Filter</label>
      <input
        id="filter"
        type="search"
        value={filterText}
        placeholder="type:application.* status:5xx verdict:bad"
        autocomplete="off"
        spellcheck={false}
        aria-describedby={problems.length > 0 ? 'filter-problems' : undefined}
        aria-invalid={problems.length > 0}
        onInput={({ currentTarget }) => store.filter(currentTarget.value)}
      />
      {problems.length > 0 && (
        <p id="filter-problems" class="problem">
          {problems.join(' ')}
        </p>
      )}
    </div>
  );
}
