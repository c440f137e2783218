import type { Plugin } from 'rolldown';

/** See the module beside it. */
export declare const assembledText: Plugin;
export declare function assembled(path: string): Promise<string>;
export declare function withoutMarks(text: string): string;
