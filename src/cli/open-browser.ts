/** Opens an address in the browser of whoever sits at this machine. */
import { spawn } from 'node:child_process'
import { terminalWishes } from '../config/terminal.ts'

/** Not where nobody looks at a terminal, or at a screen; where it cannot be opened, nothing is said: the address is printed anyway. */
export function openBrowser(url: string): void {
  if (!process.stderr.isTTY || !(process.platform !== 'linux' || terminalWishes().display)) return
  const [command, ...before] = openers[process.platform] ?? ['xdg-open']
  spawn(command, [...before, url], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref()
}

const openers: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
}
