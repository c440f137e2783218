/** Whether the integration makes this mistake on purpose: `MUTANT` names one. */
export const is = (...mistakes) => mistakes.includes(process.env.MUTANT);
