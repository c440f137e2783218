import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The rows of a page as JSON text; null after the last one. */
export type PageOf = (index: number) => string | null;

/** A read API with one list, whatever the path; cursors are the numbers of its pages. */
export async function listServer(pageOf: PageOf): Promise<{ apiBase: string; requests(): number; close(): unknown }> {
  let requests = 0;
  const server = createServer((request, response) => {
    requests++;
    const cursor = Number(new URL(request.url ?? '', 'http://localhost').searchParams.get('cursor') ?? 0);
    const hasMore = pageOf(cursor + 1) !== null;
    response.setHeader('Content-Type', 'application/json');
    response.end(
      `{"data":[${pageOf(cursor)}],"next_cursor":${hasMore ? `"${cursor + 1}"` : null},"has_more":${hasMore}}`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    apiBase: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => requests,
    close: () => server.close(),
  };
}
