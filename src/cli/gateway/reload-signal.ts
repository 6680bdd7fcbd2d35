/** SIGHUP: the configuration is to be read again. */

/** One reading at a time; what is asked during one is done once more after it. Never rejects: `reload` answers for its faults. */
export function listenForReload(reload: () => Promise<void>): void {
  let state: 'idle' | 'reading' | 'asked again' = 'idle'
  const read = async (): Promise<void> => {
    do {
      state = 'reading'
      await reload()
    } while (askedAgain())
    state = 'idle'
  }
  const askedAgain = (): boolean => state === 'asked again'
  process.on('SIGHUP', () => {
    if (state === 'idle') void read()
    else state = 'asked again'
  })
}
