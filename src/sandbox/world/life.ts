import * as v from 'valibot';
import type { Delivery } from '../deliveries/delivery.ts';
import type { Consent } from '../oauth/grants.ts';
import { actionOf, actions } from './actions/actions.ts';
import { type Consequences, type Followed, isOf } from './consequences.ts';
import type { Fields, Happening } from './happening.ts';
import { problemOf } from './problem.ts';
import { DoesNotFit, type Stage, type Wish } from './stage.ts';
import type { World } from './world.ts';

/** A change, and the delivery that reports it. */
interface Done extends Followed {
  readonly happening: Happening;
}

/** The one place that makes changes: command line, control API, HTML page, scenarios and library all use it. */
export class Life {
  readonly world: World;
  readonly #stage: Stage;
  readonly #consequences: Consequences;

  constructor(world: World, stage: Stage, consequences: Consequences) {
    this.world = world;
    this.#stage = stage;
    this.#consequences = consequences;
  }

  /**
   * Makes the requested changes in order, up to the first that does not fit.
   *
   * @throws DoesNotFit
   */
  do(wishes: readonly Wish[], isAtOnce = false): readonly Done[] {
    return wishes.map((wish) => {
      const happening = this.#stage.do({ ...wish, params: readParams(wish) });
      return { happening, ...this.#consequences.follow(happening, isAtOnce) };
    });
  }

  /** Why Revento would not deliver an event type now; null when it would. */
  withholds(type: string): string | null {
    return this.#consequences.withholds(type);
  }

  /** Records a consent given on the consent page, unless it is already recorded. */
  consented({ kind, clientId, eventId, user, scope }: Consent): void {
    const known = this.world.connections.find(
      (one) => one.revoked_at === null && isOf(one, { clientId, eventId, user }),
    );
    if (known?.scope.join(' ') === scope.join(' ')) return;
    const params = { kind, scope: [...scope], ...(user !== null && { user_id: user.id }) };
    this.do([{ action: 'connect', eventId, clientId, params }]);
  }

  /**
   * Makes the change that sends an event type; a new participant applies first if it fits nobody.
   *
   * @returns null for a type that no action sends, or that nothing here could send now
   */
  bringAbout(
    type: string,
    eventId: string,
  ): { readonly delivery: Delivery; readonly happened: readonly Happening[] } | null {
    for (const { name, subjects } of actions.filter(({ sends }) => sends === type)) {
      const before = subjects.includes('participant') && !this.#stage.fits(name, eventId) ? (prepared[name] ?? []) : [];
      if (before.length === 0 && !this.#stage.fits(name, eventId)) continue;
      const prior = before.length === 0 ? [] : this.#prepare(before, eventId);
      const id = prior.at(-1)?.subject.id;
      const [done] = this.do([{ action: name, eventId, id, params: {} }], true);
      if (done?.delivery) return { delivery: done.delivery, happened: [...prior, done.happening] };
    }
    return null;
  }

  /** Creates a subject that the action fits, step by step. */
  #prepare(steps: readonly string[], eventId: string): readonly Happening[] {
    const done: Happening[] = [];
    for (const action of steps) {
      const [step] = this.do([{ action, eventId, id: done.at(-1)?.subject.id, params: {} }]);
      if (step) done.push(step.happening);
    }
    return done;
  }
}

/** The actions that lead to a state. */
const prepared: Readonly<Record<string, readonly string[]>> = {
  approve: ['apply'],
  reject: ['apply'],
  'request-revision': ['apply'],
  'edit-profile': ['apply'],
  register: ['apply', 'approve'],
};

function readParams({ action, params }: Wish): Fields {
  const row = actionOf(action);
  // The stage reports the known actions.
  if (row === undefined) return params;
  const read = v.safeParse(row.params, params);
  if (read.success) return read.output as Fields;
  throw new DoesNotFit('not_a_parameter', problemOf(read.issues[0], action));
}
