/** What a request has to wait for. */
export type WaitReason = 'in_flight' | 'minute' | 'hour' | 'told';

/** The same in words, as the reason of a sentence. */
export const whyWaiting: Readonly<Record<WaitReason, string>> = {
  in_flight: 'other requests of this login are under way',
  minute: 'the limit of requests a minute is reached',
  hour: 'the limit of requests an hour is used up',
  told: 'the server asked to wait',
};
