import * as v from 'valibot';
import { delivery } from '../deliveries/delivery.ts';
import { happening } from '../world/happening.ts';
import { problemOf } from '../world/problem.ts';

const consent = v.pipe(
  v.object({
    kind: v.picklist(['installation', 'user']),
    clientId: v.string(),
    eventId: v.string(),
    organizationId: v.string(),
    user: v.pipe(v.nullable(v.pipe(v.object({ id: v.string(), index: v.number() }), v.readonly()))),
    scope: v.pipe(v.array(v.string()), v.readonly()),
  }),
  v.readonly(),
);
/** A token by its SHA-256, base64url, which gives no access. `family` is an index into `families`. */
const token = { hash: v.string(), family: v.number(), expiresAt: v.number() };
const grants = v.pipe(
  v.object({
    families: v.array(v.object({ consent, startedAt: v.number(), isRevoked: v.boolean() })),
    access: v.array(v.object({ ...token, scope: v.pipe(v.array(v.string()), v.readonly()) })),
    refresh: v.array(v.object({ ...token, isSpent: v.boolean() })),
  }),
  v.readonly(),
);
const signing = v.object({ current: v.string(), previous: v.nullable(v.string()), turns: v.number() });
const signer = v.picklist(['current', 'previous']);
const deliveries = v.object({
  signing,
  deliveries: v.array(v.object({ body: v.string(), shown: delivery, signer, tries: v.number() })),
});
const notices = v.array(v.object({ type: v.string(), happening_id: v.string(), due_at: v.string() }));
const clock = v.object({ ahead_ms: v.number(), held_at: v.nullable(v.number()) });
const client = v.object({
  id: v.string(),
  secret: v.nullable(v.string()),
  name: v.string(),
  redirectUris: v.array(v.string()),
});

/** The version of the file format; other versions are refused. */
export const snapshotVersion = 1;

/** The whole state of a sandbox, as `sandbox save` writes it and `start --load` reads it. */
export const snapshot = v.object({
  version: v.literal(snapshotVersion),
  seed: v.number(),
  participants: v.number(),
  clients: v.array(client),
  happenings: v.array(happening),
  grants,
  /** Null without a webhook URL. */
  deliveries: v.nullable(deliveries),
  /** Debounced ones, waiting for further changes. */
  notices,
  clock,
  cursor_key: v.string(),
});
export type Snapshot = v.InferOutput<typeof snapshot>;
export type SavedGrants = v.InferOutput<typeof grants>;
export type SavedDeliveries = v.InferOutput<typeof deliveries>;
export type SavedNotices = v.InferOutput<typeof notices>;
export type SavedSigning = v.InferOutput<typeof signing>;
export type SavedClock = v.InferOutput<typeof clock>;

/** A saved sandbox, or where it is wrong and why. */
export function readSnapshot(value: unknown): { readonly snapshot: Snapshot } | { readonly problem: string } {
  const read = v.safeParse(snapshot, value);
  if (read.success) return { snapshot: read.output };
  return { problem: problemOf(read.issues[0], 'a saved sandbox', 'the file') };
}
