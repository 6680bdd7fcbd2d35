/** Hours of the week in which no heartbeat begins: written as `Mon-Fri 08:00-18:00 +02:00`, as `22:00-04:00` for every day, or as
 *  `Fri 18:00-Mon 06:00 UTC`. */
import { type Result } from '../../values/result.ts';
import { type Instant } from '../../values/time.ts';
/** A window that comes back every week. All three are minutes. */
export type Blackout = {
    /** Since Monday 00:00 of the zone's week. */
    readonly from: number;
    /** At most a week. */
    readonly length: number;
    /** What the zone's clocks are ahead of UTC; there is no daylight saving here. */
    readonly offset: number;
};
/** One window for each day that is named. The fault is the end of a sentence that begins with the text. */
export declare function parseBlackouts(text: string): Result<readonly Blackout[], string>;
/** The first moment from `at` on that lies in no window; undefined where they leave none. */
export declare function freeFrom(at: Instant, blackouts: readonly Blackout[]): Instant | undefined;
