/** Settings for orgs of which a test wants no dear passwords. */
import type { StartOrgOptions } from '../../src/testing.ts'

export const cheap: NonNullable<StartOrgOptions['configuration']> = { passwordHashing: { costLog2: 10 } }
