import type { Plugin } from 'rolldown';

/** See the module beside it. */
export declare const pageScript: Plugin;
export declare const pagePackages: ReadonlySet<string>;
