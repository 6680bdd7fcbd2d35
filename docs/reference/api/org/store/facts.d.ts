/** Single facts of the org: its epoch, its clock's offset, its rotation mode. */
import { type Program } from '../../storage/program.ts';
import type { Epoch } from '../rules/judge-token.ts';
import { type AuditEntry } from './audit.ts';
export declare function findEpoch(): Program<Epoch>;
export type EpochPlan = {
    readonly olderGrants: Epoch['olderGrants'];
    readonly audit: AuditEntry;
};
/** After a restored backup (P-08): grants that are in the store now become those of an older epoch. */
export declare function startEpoch({ olderGrants, audit }: EpochPlan): Program<Epoch>;
/** Milliseconds that the testing plane has put the clock forward by. */
export declare function findClockOffset(): Program<number>;
export declare function setClockOffset({ offset }: {
    offset: number;
}): Program<void>;
/** Erases what another rotation mode had kept for its parents (P-12): a mode that leaves them open longer must not open again what the one
 *  before had closed. Changes nothing where the mode is the one of the last start. */
export declare function enterRotationMode({ mode }: {
    readonly mode: string;
}): Program<void>;
