/** A home folder for what @salesforce/core writes. It looks for one when it is loaded, and a machine's own has to stay as it is: so import it after this. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const home: string = mkdtempSync(join(tmpdir(), 'sallyport-home-'))

process.env['HOME'] = home
process.env['SF_DISABLE_LOG_FILE'] = 'true'
process.env['SF_USE_GENERIC_UNIX_KEYCHAIN'] = 'true' // the key of its files in a file, and not in the desktop's keychain
process.on('exit', () => rmSync(home, { recursive: true, force: true }))

/** What a pipeline's next run finds: nothing. */
export const emptyHome = (): void => rmSync(join(home, '.sfdx'), { recursive: true, force: true })
