import { type Result } from '../values/result.ts';
import type { DocumentFault, Path, Where } from './fault.ts';
export type YamlDocument = {
    /** Plain objects, lists and scalars; undefined for an empty document. */
    readonly value: unknown;
    /** Of the value at a path, or of its key; of the nearest thing around it where the path does not exist. */
    readonly locate: Locate;
};
export type Locate = (path: Path, part?: 'key' | 'value') => Where | undefined;
/** `file` is only a name for messages. Duplicate keys, unknown tags, several documents and aliases that multiply are refused; all syntax errors
 *  are reported together. */
export declare function parseYamlDocument(text: string, file: string): Result<YamlDocument, readonly DocumentFault[]>;
/** Where one document has no text of its own, such as settings from the environment: nothing has a line. */
export declare const nowhere: Locate;
