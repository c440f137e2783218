import type { Row } from '../../model/row.ts';

/** The headers as received, without those that contain credentials. */
export function HeadersTab({ row }: { readonly row: Row }) {
  const rows = Object.entries(row.line.headers).flatMap(([name, value]) => [value].flat().map((one) => [name, one]));
  return <Pairs caption="Headers of the delivery" rows={rows as [string, string][]} />;
}

/** Headers as a table. */
export function Pairs(props: { readonly caption: string; readonly rows: readonly (readonly [string, string])[] }) {
  return (
    <table class="pairs">
      <caption class="unseen">{props.caption}</caption>
      <tbody>
        {props.rows.map(([name, value], at) => (
          <tr key={`${name}-${at}`} class={name.toLowerCase().startsWith('x-revento-') ? 'ours' : undefined}>
            <th scope="row">{name}</th>
            <td>{value}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
