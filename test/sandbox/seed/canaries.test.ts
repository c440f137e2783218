import { describe, expect, it } from 'vitest';
import { Unpacker } from '../../../src/privacy/unpacker.ts';
import { splitCanary } from '../../../src/sandbox/seed/canaries.ts';
import type { Participant } from '../../../src/sandbox/world/people.ts';
import { World } from '../../../src/sandbox/world/world.ts';

const world = (document: ConstructorParameters<typeof World>[0]['document'] = null) =>
  new World({ seed: 3, participants: 40, document, hasCanaries: true });

function people(made: World): readonly Participant[] {
  return made.events.flatMap((event) => Array.from({ length: event.participantCount }, (_, n) => event.participant(n)));
}

function markersIn(value: unknown): string[] {
  const unpacker = new Unpacker();
  unpacker.push(Buffer.from(JSON.stringify(value)));
  unpacker.end();
  return unpacker.take().map(({ marker: { kind, slot, seed, index } }) => `${kind} ${slot} ${seed} ${index}`);
}

describe('people with canaries', () => {
  it('have a marker of their own in each name, address and free answer', () => {
    const all = people(world()).map(({ first_name, last_name, email, custom_form_fields: answers }) =>
      [first_name, last_name, email, answers['dietary_notes']].map(markersIn),
    );
    expect(all.flat().map((found) => found.length)).toEqual(all.flat().map(() => 1));
    expect(new Set(all.flat(2)).size).toBe(all.length * 4);
  });

  it('have the marker of their number, in their event', () => {
    for (const event of world().events) {
      expect(markersIn(event.participant(5).email)).toEqual([`email 0 ${event.seed >>> 0} 5`]);
      expect(event.nameOf(5)).toBe(event.participant(5)['display_name']);
    }
  });

  it('keep answers that are chosen from a list valid', () => {
    const plain = people(new World({ seed: 3, participants: 40 }));
    const chosen = (all: readonly Participant[]) =>
      all.map(({ custom_form_fields: { dietary_notes: _, ...others } }) => others);
    expect(chosen(people(world()))).toEqual(chosen(plain));
  });

  it('are those of a seed file too, whose addresses go to a reserved domain', () => {
    const ada = {
      id: 'ptp_ada',
      first_name: 'Ada',
      email: 'ada@company.test',
      custom_form_fields: { bio: ['a', 'b'] },
    };
    const document = { events: [{ id: 'evt_test_published', participants: [ada] }] };
    const [person] = people(world(document));
    expect(person).toMatchObject({ id: 'ptp_ada', first_name: expect.stringMatching(/^Ada rvcanary/) });
    expect(person?.email).toMatch(/^rvcanary\w+\.ada@example\.com$/);
    expect(markersIn(person?.custom_form_fields)).toEqual(['answer 0 3 0', 'answer 1 3 0']);
  });

  it('are not there by default', () => {
    expect(markersIn(people(new World({ seed: 3, participants: 40 })))).toEqual([]);
  });
});

it.each(['vegan, please', '', 'no nuts\n(severe allergy)'])('takes the marker off %j', (text) => {
  const [person] = people(
    world({ events: [{ id: 'evt_test_published', participants: [{ custom_form_fields: { x: text } }] }] }),
  );
  const [plain, canary] = splitCanary(String(person?.custom_form_fields['x']));
  expect([plain, plain + canary]).toEqual([text, person?.custom_form_fields['x']]);
  expect(splitCanary(text)).toEqual([text, '']);
});
