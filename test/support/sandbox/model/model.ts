/** Some fields of the API or of a delivery. */
export type Facts = Readonly<Record<string, unknown>>;

/** What is done to participants, and where it leads: from the guide's words, not from the sandbox's own table. */
export const moves: Readonly<Record<string, { readonly from: readonly string[]; readonly to: string | null }>> = {
  approve: { from: ['pending', 'rejected', 'revision_requested'], to: 'approved' },
  reject: { from: ['pending', 'approved', 'revision_requested'], to: 'rejected' },
  'request-revision': { from: ['pending'], to: 'revision_requested' },
  resubmit: { from: ['revision_requested'], to: 'pending' },
  register: { from: ['approved'], to: 'registered' },
  'edit-profile': { from: ['pending', 'approved', 'rejected', 'revision_requested', 'registered'], to: null },
  cancel: { from: ['pending', 'approved', 'revision_requested', 'registered'], to: 'cancelled' },
};

/** A login of an organizer. Times in milliseconds since the Unix epoch, by the sandbox's clock. */
export interface ModelLogin {
  access: string;
  refresh: string;
  readonly startedAt: number;
  issuedAt: number;
  isRevoked: boolean;
  readonly spent: string[];
}

/** What the sandbox should be like: kept by the test beside the real one, in the simplest form. */
export class Model {
  /** Application status by participant id, in the order of the API. */
  readonly people = new Map<string, string>();
  /** Capacity state by activity id. */
  readonly activities = new Map<string, string>();
  /** Whom a delivery cannot describe as they are: cancelled, or changed while nothing was delivered. */
  readonly untold = new Set<string>();
  /** Activities whose debounced notice may still be waiting. */
  readonly waiting = new Set<string>();
  readonly logins: ModelLogin[] = [];
  /** Those by which the start was read. */
  readersLogins = 2;
  isSuspended = false;
  isArchived = false;

  /** Whether an action fits a participant; `apply` fits nobody who is there already. */
  fits(action: string, id: string): boolean {
    return moves[action]?.from.includes(this.people.get(id) ?? '') ?? false;
  }

  /** Takes over what an action did to a participant. */
  moved(action: string, id: string): void {
    const to = action === 'apply' ? 'pending' : (moves[action]?.to ?? this.people.get(id) ?? '');
    this.people.set(id, to);
    if (this.isSuspended || action === 'cancel') this.untold.add(id);
    // Only this snapshot holds every field.
    else if (action === 'edit-profile' || action === 'register') this.untold.delete(id);
  }
}

/** What an integration that only listens knows: the start, and every delivery it acknowledged laid over it. */
export class Mirror {
  readonly people = new Map<string, Facts>();
  readonly activities = new Map<string, Facts>();

  readonly #loses: string | undefined;

  /** @param loses  a type that it never works: it must not pass */
  constructor(people: readonly Facts[], activities: readonly Facts[], loses?: string) {
    this.#loses = loses;
    for (const row of people) this.people.set(String(row['id']), row);
    for (const row of activities) this.activities.set(String(row['id']), row);
  }

  take({ type, data }: { readonly type: string; readonly data: Facts }): void {
    if (type === this.#loses) return;
    const [subject, verb] = type.split('.');
    if (subject === 'application') {
      const id = String(data['participant_id']);
      const { last_reviewer_id: reviewer, ...known } = this.people.get(id) ?? {};
      // Only approvals name who decided. Source: guide, the data of each type.
      const kept = verb === 'submitted' && reviewer !== undefined ? { last_reviewer_id: reviewer } : {};
      this.people.set(id, { ...known, ...kept, id, ...applicationFields(verb, data) });
    }
    const { registered_at: _, updated_at: __, changed_at: ___, ...fields } = data;
    const id = String(data['id']);
    if (subject === 'participant') this.people.set(id, { ...this.people.get(id), ...fields });
    if (subject === 'activity') this.activities.set(id, { ...this.activities.get(id), ...fields });
  }
}

/** What a snapshot of an application says of its participant. */
function applicationFields(verb: string | undefined, data: Facts): Facts {
  const plain = {
    user_id: data['user_id'],
    application_status: data['status'],
    custom_form_fields: data['custom_form_fields'],
  };
  if (verb === 'submitted') return { ...plain, submitted_at: data['submitted_at'] };
  const reviewer = verb === 'approved' ? { last_reviewer_id: data['approver_id'] } : {};
  return { ...plain, ...reviewer, last_reviewed_at: data[`${verb}_at`], last_review_action: verb };
}
