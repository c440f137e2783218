import { knownFields, resources } from '../api/resources.ts';
import { shellNames } from '../commands/completion/completion.ts';
import { configNames } from '../commands/config/setting-name.ts';
import { outputFormats } from '../output/item.ts';
import { logKinds } from '../sandbox/control/rows/log.ts';
import { effects, faultTargets, refusals } from '../sandbox/faults/effects.ts';
import { scopes } from '../sandbox/oauth/scopes.ts';
import { builtInScenarios } from '../sandbox/scenario/built-in.ts';
import { envFormats } from '../sandbox/server/env-format.ts';
import { actions } from '../sandbox/world/actions/actions.ts';
import { starters } from '../starters/starters.ts';
import { eventTypes } from '../webhook/event.ts';
import { deliveryFaults } from '../webhook/sending/delivery-faults.ts';
import type { Candidate } from './candidate.ts';

/** What can only be known on this machine. Nothing here asks the user or another machine, and nothing throws. */
export interface Known {
  profiles(): readonly Candidate[];
  /** Of one profile; null for the selected one. */
  events(profile: string | null): readonly Candidate[];
  /** Participants whose logins are stored, of the same. */
  users(profile: string | null): readonly Candidate[];
  readonly sandbox: KnownSandbox;
}

/** What the running sandbox knows; nothing where none runs, or none that answers at once. */
export interface KnownSandbox {
  /** Ids that an action fits now. */
  subjects(action: string, question: Question): Promise<readonly Candidate[]>;
  /** Fields that an action may set, as `field=`; with the values after a field that has few. */
  fields(action: string, question: Question): Promise<readonly Candidate[]>;
  /** Ids of sent deliveries, the latest first. */
  deliveries(question: Question): Promise<readonly Candidate[]>;
}

/** What a value is wanted for. */
export interface Question {
  /** The command's name. */
  readonly command: string;
  /** As given with `--profile`. */
  readonly profile: string | null;
  /** As given with `--event`. */
  readonly event: string | null;
  /** The arguments in front of it, without the command's name. */
  readonly before: readonly string[];
  /** What is typed of it so far. */
  readonly typed: string;
  readonly known: Known;
}

/** Where the values of an option or argument come from. */
export interface Source {
  readonly values: (question: Question) => readonly Candidate[] | Promise<readonly Candidate[]>;
  /** Names of files are values too. */
  readonly hasFiles?: true;
  /** Several values in one word, separated by commas. */
  readonly isList?: true;
  /** The values are only beginnings. */
  readonly isOpen?: true;
}

const bare = (values: readonly string[]) => values.map((value) => ({ value, about: '' }));

const file: Source = { values: () => [], hasFiles: true };
const profile: Source = { values: ({ known }) => known.profiles() };
const setting: Source = { values: () => bare(configNames) };
const scope: Source = { values: () => scopes.map(({ name, title }) => ({ value: name, about: title })) };
const eventType: Source = { values: () => eventTypes.map(({ type, summary }) => ({ value: type, about: summary })) };
const eventTypeList: Source = { ...eventType, isList: true };
const actionOf = ({ before }: Question) => before[0] ?? '';
const user: Source = { values: ({ known, profile: name }) => known.users(name) };
const host: Source = { values: () => bare(['localhost', '127.0.0.1', '::1']) };
const ruleList: Source = {
  values: async () => {
    const { rules } = await import('../sandbox/audit/rules.ts');
    return rules.map(({ id, title }) => ({ value: id, about: title }));
  },
  isList: true,
};
const caseList: Source = {
  values: async () => {
    const { conformanceCases } = await import('../webhook/conformance/cases.ts');
    const { effectCases } = await import('../webhook/effects/cases.ts');
    const { crashCases } = await import('../webhook/effects/crash.ts');
    return [...conformanceCases, ...effectCases, ...crashCases].map(({ id, title }) => ({ value: id, about: title }));
  },
  isList: true,
};
const sandboxFault: Source = {
  values: ({ typed }) => {
    const [target, effect] = typed.split(':');
    if (effect === undefined) {
      return Object.entries(faultTargets).map(([name, about]) => ({ value: `${name}:`, about }));
    }
    const fitting = Object.entries({ ...effects, ...refusals }).filter(([, { targets }]) =>
      (targets as readonly string[]).includes(target ?? ''),
    );
    return bare(fitting.map(([name]) => `${target}:${name}`));
  },
  isOpen: true,
};

/** By the long flag of a global option. */
export const globalSources: Readonly<Record<string, Source>> = {
  '--columns': {
    values: ({ command }) => bare(resources.filter(({ words }) => words === command).flatMap(knownFields)),
    isList: true,
  },
  '--event': { values: ({ known, profile: name }) => known.events(name) },
  '--output': { values: () => bare(outputFormats) },
  '--profile': profile,
};

/** By a command and the long flag of an option of its own: the same flag means different things elsewhere. */
export const optionSources: Readonly<Record<string, Source>> = {
  'api --user-id': user,
  'logout --user-id': user,
  'me application --user-id': user,
  'me profile --user-id': user,
  'token --user-id': user,
  'token refresh --user-id': user,
  'api --method': { values: () => bare(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) },
  'certify --explain': ruleList,
  'certify --only': ruleList,
  'login --scope': scope,
  'sandbox audit --explain': ruleList,
  'sandbox audit --only': ruleList,
  'sandbox consent --only-scopes': scope,
  'sandbox do --set': {
    values: (question) => question.known.sandbox.fields(actionOf(question), question),
    isOpen: true,
  },
  'sandbox env --format': { values: () => bare(envFormats) },
  'sandbox exec --fault': sandboxFault,
  'sandbox log --kind': { values: () => bare(logKinds) },
  'sandbox start --fault': sandboxFault,
  'sandbox start --host': host,
  'webhook check --only': caseList,
  'webhook listen --events': eventTypeList,
  'webhook listen --expect': eventTypeList,
  'webhook listen --host': host,
  'webhook listen --on-invalid': {
    values: () => [
      { value: 'reject', about: 'answer 401, show it, do not forward it' },
      { value: 'forward', about: 'forward it unverified' },
      { value: 'exit', about: 'end at the first one' },
    ],
  },
  'webhook trigger --fault': {
    values: () => deliveryFaults.map(({ name, summary }) => ({ value: name, about: summary })),
  },
};

/** By a command and its argument. */
export const argumentSources: Readonly<Record<string, Source>> = {
  'api path': {
    values: () =>
      resources.map(({ path, summary }) => ({ value: path.replace('{event_id}', '{event}'), about: summary })),
  },
  'completion shell': { values: () => bare(shellNames) },
  'init language': { values: () => starters.map(({ language, title }) => ({ value: language, about: title })) },
  'config get name': setting,
  'config set name': setting,
  'config unset name': setting,
  'profile remove name': profile,
  'profile use name': profile,
  'sandbox clock move': { values: () => bare(['advance', 'set', 'hold', 'resume']) },
  'sandbox do id': {
    values: async (question) => {
      const found = await question.known.sandbox.subjects(actionOf(question), question);
      return found.filter(({ value }) => !question.before.includes(value));
    },
  },
  'sandbox redeliver delivery-id': { values: (question) => question.known.sandbox.deliveries(question) },
  'sandbox do action': { values: () => actions.map(({ name, summary }) => ({ value: name, about: summary })) },
  'sandbox fault fault': sandboxFault,
  'sandbox run scenario': { values: () => bare(builtInScenarios), hasFiles: true },
};

/** By what stands for the value in usage, where nothing above fits. */
export const placeholderSources: Readonly<Record<string, Source>> = { file, type: eventType };
