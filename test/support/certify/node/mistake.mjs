/** Whether the integration makes this mistake on purpose: `MUTANT` names one. */
export const is = (...mistakes) => mistakes.includes(process.env.MUTANT);
/** Whether it does something in a way that is unusual, and as correct: `VARIANT` names one. */
export const varies = (variant) => process.env.VARIANT === variant;
