import type { Deps } from '../../../command-kit/deps.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import { isSecretKind, type Marker, markerOf } from '../../../privacy/marker.ts';
import type { ResultOf } from '../../../sandbox/control/operations.ts';
import { mostMarkers } from '../../../sandbox/control/rows/people.ts';
import { askSandbox, type SandboxDeps } from '../sandbox/remote.ts';

/** Whose marker it is. */
export interface Owner {
  /** `ptp_…`, `login 3`, or a number where the sandbox does not know it. */
  readonly who: string;
  /** The participant's name without markers; null for tokens and secrets, and where it is not known. */
  readonly name: string | null;
  readonly eventId: string | null;
  /** Whether the consent that this person's data came by was revoked, and no other covers it. */
  readonly isRevoked: boolean;
}

/** Asks a sandbox whose markers these are. */
type AskOwners = (markers: readonly string[]) => Promise<ResultOf<'owners'>>;

/** Says whose a marker is. */
export class People {
  readonly #ask: AskOwners | null;
  readonly #known = new Map<string, Owner>();

  /** @param ask  null where there is no sandbox: then there are only the numbers that a marker has */
  constructor(ask: AskOwners | null) {
    this.#ask = ask;
  }

  /** The owner of each marker. Asks for those that it has not seen before. */
  async ownersOf(markers: readonly Marker[]): Promise<readonly Owner[]> {
    if (this.#ask !== null) await this.#learn(markers.filter(({ kind }) => !isSecretKind(kind)));
    return markers.map((marker) => this.#known.get(keyOf(marker)) ?? unknownOwner(marker));
  }

  async #learn(markers: readonly Marker[]): Promise<void> {
    const unseen = [...new Map(markers.map((marker) => [keyOf(marker), marker])).entries()].filter(
      ([key]) => !this.#known.has(key),
    );
    for (let at = 0; at < unseen.length; at += mostMarkers) {
      const part = unseen.slice(at, at + mostMarkers);
      const owners = (await this.#ask?.(part.map(([, marker]) => markerOf(marker))))?.owners ?? [];
      for (const [index, [key, marker]] of part.entries()) this.#known.set(key, ownerFrom(owners[index], marker));
    }
  }
}

/**
 * The people of the running sandbox, and null while none runs.
 *
 * @throws ReventoError as `askSandbox`
 */
export async function runningPeople(deps: SandboxDeps & Pick<Deps, 'terminal'>): Promise<People | null> {
  const ask: AskOwners = (markers) => askSandbox(deps, 'owners', { markers: [...markers] });
  const answer = await ask([]).catch((error: unknown) => {
    if (error instanceof ReventoError && ['network', 'setting_missing'].includes(error.code)) return null;
    throw error;
  });
  if (answer === null) return null;
  if (!answer.canaries) {
    deps.terminal.notice('warning: the running sandbox has no markers, so nothing of it can be found');
    deps.terminal.notice('hint: start it with: revento sandbox start --canaries --fresh');
  }
  return new People(ask);
}

/** The kind is not part of it: it is the same person in each. */
function keyOf({ kind, seed, index }: Marker): string {
  return isSecretKind(kind) ? '' : `${seed} ${index}`;
}

function ownerFrom(owner: ResultOf<'owners'>['owners'][number] | undefined, marker: Marker): Owner {
  if (owner === null || owner === undefined) return unknownOwner(marker);
  const { participant_id: who, name, event_id: eventId, is_revoked: isRevoked } = owner;
  return { who, name, eventId, isRevoked };
}

function unknownOwner({ kind, index }: Marker): Owner {
  const who = !isSecretKind(kind)
    ? `participant ${index + 1}`
    : kind === 'client_secret' || kind === 'webhook_secret'
      ? 'integration'
      : `login ${index + 1}`;
  return { who, name: null, eventId: null, isRevoked: false };
}
