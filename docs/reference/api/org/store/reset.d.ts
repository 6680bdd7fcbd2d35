/** Forgetting what has happened, for tests: grants, codes, sessions and records go; what was configured stays. */
import { type Program } from '../../storage/program.ts';
export declare function reset(_nothing: Record<string, never>): Program<void>;
