import { useData } from '../context.ts';

/** A gauge for each limit of each access token that was used in the last hour. */
export function Budgets() {
  const data = useData('budgets', {}, ['request']);
  if (data === null) return null;
  if (!data.limited) return <p class="aside">This sandbox has no rate limits (--no-rate-limit).</p>;
  if (data.budgets.length === 0) return <p class="aside">No access token was used in the last hour.</p>;
  return (
    <div class="budgets">
      {data.budgets.map(({ access_token: token, login, kind, minute, hour, in_flight: inFlight }) => (
        <section key={token} class="budget" aria-label={`Budget of ${token}`}>
          <h3>
            {kind === 'installation' ? 'Installation' : 'User'} token <code>{token}</code>
            {login !== null && <span class="aside"> login {login}</span>}
          </h3>
          <Gauge name="Minute" {...minute} />
          <Gauge name="Hour" {...hour} />
          <Gauge name="At once" {...inFlight} />
        </section>
      ))}
    </div>
  );
}

function Gauge({ name, used, limit }: { readonly name: string; readonly used: number; readonly limit: number }) {
  return (
    <div class="gauge">
      <span>{name}</span>
      <meter
        min={0}
        max={limit}
        low={limit * 0.7}
        high={limit * 0.9}
        optimum={0}
        value={used}
        aria-label={`${name}: ${used} of ${limit}`}
      />
      <span>
        {used} of {limit}
      </span>
    </div>
  );
}
