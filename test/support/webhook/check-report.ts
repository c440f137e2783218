import type { CheckReport } from '../../../src/checks/result.ts';

/** A report with a result of every outcome; what the handler said is hostile to each form. */
export const aReport: CheckReport = {
  command: 'revento webhook check http://h/?a=1&b=2',
  suite: 'revento.webhook',
  results: [
    {
      id: 'one',
      title: 'does this',
      outcome: 'pass',
      got: 'HTTP 200',
      particulars: [['got', 'HTTP 200']],
      durationMs: 3,
    },
    {
      id: 'two',
      title: 'does that # too',
      outcome: 'fail',
      got: 'HTTP 500 <&">\u0007',
      particulars: [
        ['sent', 'a thing'],
        ['got', 'HTTP 500 <&">\u0007'],
        ['fix', 'do it'],
      ],
      durationMs: 4,
    },
    { id: 'three', title: 'may do so', outcome: 'warn', got: 'odd', particulars: [['got', 'odd']], durationMs: 0 },
    {
      id: 'four',
      title: 'unknown',
      outcome: 'skip',
      got: 'HTTP 429',
      particulars: [['got', 'HTTP 429']],
      durationMs: 0,
    },
  ],
  notes: ['note: said once <b>'],
};
