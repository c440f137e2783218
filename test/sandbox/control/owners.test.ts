import { describe, expect, it } from 'vitest';
import { type Marker, markerOf } from '../../../src/privacy/marker.ts';
import { ownersOf } from '../../../src/sandbox/control/owners.ts';
import type { Connection } from '../../../src/sandbox/world/world.ts';
import { World } from '../../../src/sandbox/world/world.ts';

const people = 100_000;
const world = () => new World({ seed: 1, participants: people, hasCanaries: true });
type TestWorld = ReturnType<typeof world>;

/** The marker of a participant of the first event, or of another kind. */
function markerIn(at: TestWorld, index: number, kind: Marker['kind'] = 'email'): string {
  return markerOf({ kind, slot: 0, seed: (at.events[0]?.seed ?? 0) >>> 0, index });
}

/** Notes that somebody consented, or revoked that consent. */
function consent(
  at: TestWorld,
  id: string,
  { kind = 'installation', user_id = null, revoked_at = null }: Partial<Connection>,
) {
  const event_id = at.events[0]?.id ?? '';
  const after = { id, kind, event_id, user_id, revoked_at };
  const subject = { type: 'connection', id } as const;
  at.record({
    id: `hap_${id}`,
    action: 'connect',
    at: '2026-03-01T12:00:00Z',
    event_id,
    subject,
    before: {},
    after,
  } as never);
}

describe('the owner of a marker', () => {
  it('is the participant whom the API shows, also in an event of 100,000', () => {
    const at = world();
    const [event] = at.events;
    const indexes = [0, 1, 46_655, 99_999];
    const owners = ownersOf(
      indexes.map((index) => markerIn(at, index)),
      at,
    );
    for (const [place, index] of indexes.entries()) {
      const person = event?.participant(index);
      expect(owners[place]).toMatchObject({ participant_id: person?.id, event_id: event?.id, is_revoked: false });
      expect(person?.display_name).toContain(owners[place]?.name.split(' ')[0]);
      expect(owners[place]?.name).not.toContain('rvcanary');
    }
  });

  it.each([
    ['a token', (at: TestWorld) => markerIn(at, 0, 'access_token')],
    ['somebody beyond the last participant', (at: TestWorld) => markerIn(at, people)],
    ['an event of another sandbox', () => markerOf({ kind: 'name', slot: 0, seed: 7, index: 0 })],
    ['a text that is not a marker', () => 'rvcanary'],
  ])('is nobody for %s', (_, make) => {
    const at = world();
    expect(ownersOf([make(at)], at)).toEqual([null]);
  });

  it('has revoked once no consent covers the data', () => {
    const at = world();
    const [first, second] = [0, 1].map((index) => at.events[0]?.participant(index).user_id ?? '');
    const revoked = () => ownersOf([markerIn(at, 0), markerIn(at, 1)], at).map((owner) => owner?.is_revoked);
    expect(revoked()).toEqual([false, false]);
    consent(at, 'con_1', {});
    consent(at, 'con_2', { kind: 'user', user_id: second as string });
    consent(at, 'con_1', { revoked_at: '2026-03-02T12:00:00Z' });
    expect(revoked()).toEqual([true, false]);
    consent(at, 'con_2', { kind: 'user', user_id: second as string, revoked_at: '2026-03-02T12:00:00Z' });
    expect(revoked()).toEqual([true, true]);
    consent(at, 'con_3', { kind: 'user', user_id: first as string });
    expect(revoked()).toEqual([false, true]);
  });
});
