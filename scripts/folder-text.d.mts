import type { Plugin } from 'rolldown';

/** See the module beside it. */
export declare const folderText: Plugin;
