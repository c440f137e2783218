import * as v from 'valibot';
import { delivery } from '../deliveries/delivery.ts';
import { list, loginKind, object } from '../message/shape.ts';
import { seedDocument } from '../seed/seed-document.ts';
import { happening } from '../world/happening.ts';
import { problemOf } from '../world/problem.ts';

const consent = object({
  kind: loginKind,
  clientId: v.string(),
  eventId: v.string(),
  organizationId: v.string(),
  user: v.nullable(object({ id: v.string(), index: v.number() })),
  scope: list(v.string()),
});
/** A token by its SHA-256, base64url, which gives no access. `family` is an index into `families`. */
const token = { hash: v.string(), family: v.number(), expiresAt: v.number() };
const requestId = v.nullable(v.string());
/** Files of earlier versions do not have the moments of a login. */
const moment = v.exactOptional(object({ at: v.number(), requestId }));
const ending = v.exactOptional(
  object({
    at: v.number(),
    cause: v.picklist(['reuse', 'code_reuse', 'revoked']),
    requestId,
    token: v.nullable(v.string()),
  }),
);
export const savedFamily = v.object({ consent, startedAt: v.number(), isRevoked: v.boolean(), ending });
export const savedAccess = v.object({ ...token, scope: list(v.string()) });
export const savedRefresh = v.object({
  ...token,
  isSpent: v.boolean(),
  access: v.exactOptional(v.string()),
  issued: moment,
  spent: moment,
});
const grants = object({ families: v.array(savedFamily), access: v.array(savedAccess), refresh: v.array(savedRefresh) });
export const savedSigning = v.object({ current: v.string(), previous: v.nullable(v.string()), turns: v.number() });
const signer = v.picklist(['current', 'previous']);
export const savedDelivery = v.object({
  body: v.string(),
  shown: delivery,
  signer,
  /** Attempts of this round that have ended. */
  tries: v.number(),
});
const deliveries = v.object({ signing: savedSigning, deliveries: v.array(savedDelivery) });
/** An active fault, and the requests it has seen. */
export const savedFault = v.object({ text: v.string(), seen: v.number() });
/** A debounced notice that waits: the happening it reports, and when it is due by the sandbox's clock. */
export const savedNotice = v.object({ type: v.string(), happening_id: v.string(), due_at: v.string() });
export const savedClock = v.object({ ahead_ms: v.number(), held_at: v.nullable(v.number()) });
const names = list(v.string());
/** Files of earlier versions lack scopes and event types: all were allowed. */
const client = v.object({
  id: v.string(),
  secret: v.nullable(v.string()),
  name: v.string(),
  redirectUris: names,
  scopes: v.optional(v.nullable(names), null),
  eventTypes: v.optional(v.nullable(names), null),
});

/** The version of the file format; other versions are refused. */
export const snapshotVersion = 1;

/** The whole state of a sandbox, as `sandbox save` writes it and `start --load` reads it. */
export const snapshot = v.object({
  version: v.literal(snapshotVersion),
  seed: v.number(),
  participants: v.number(),
  /** Data of its own, from a seed file; null for none. */
  document: v.optional(v.nullable(seedDocument), null),
  /** Whether people, tokens and secrets carry markers for `revento privacy scan`. */
  canaries: v.optional(v.boolean(), false),
  clients: v.array(client),
  happenings: v.array(happening),
  grants,
  /** Null without a webhook URL. */
  deliveries: v.nullable(deliveries),
  /** Debounced ones that wait for further changes. */
  notices: v.optional(v.array(savedNotice), []),
  faults: v.optional(v.array(savedFault), []),
  clock: savedClock,
  cursor_key: v.string(),
});
export type Snapshot = v.InferOutput<typeof snapshot>;
export type SavedGrants = v.InferOutput<typeof grants>;
export type SavedDeliveries = v.InferOutput<typeof deliveries>;
export type SavedAccess = v.InferOutput<typeof savedAccess>;
export type SavedRefresh = v.InferOutput<typeof savedRefresh>;
export type SavedDelivery = v.InferOutput<typeof savedDelivery>;
export type SavedSigning = v.InferOutput<typeof savedSigning>;
export type SavedFault = v.InferOutput<typeof savedFault>;
export type SavedNotices = v.InferOutput<typeof savedNotice>[];
export type SavedClock = v.InferOutput<typeof savedClock>;

/** A saved sandbox, or where it is wrong and why. */
export function readSnapshot(value: unknown): { readonly snapshot: Snapshot } | { readonly problem: string } {
  const read = v.safeParse(snapshot, value);
  if (read.success) return { snapshot: read.output };
  return { problem: problemOf(read.issues[0], 'a saved sandbox', 'the file') };
}
