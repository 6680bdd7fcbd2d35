/** What the environment says about the terminal; read before there is any configuration, and wrong in no way. */

export type TerminalWishes = {
  /** NO_COLOR is set to anything, or the terminal calls itself dumb. */
  readonly plain: boolean
  /** SALLYPORT_DEBUG is set to anything: unexpected faults show where they came from. */
  readonly debug: boolean
  /** A graphical session is there, as X11 and Wayland tell it. */
  readonly display: boolean
}

export function terminalWishes(): TerminalWishes {
  const { NO_COLOR: noColour, SALLYPORT_DEBUG: debug, TERM: kind, DISPLAY, WAYLAND_DISPLAY } = process.env
  return {
    plain: isSet(noColour) || kind === 'dumb',
    debug: isSet(debug),
    display: isSet(DISPLAY) || isSet(WAYLAND_DISPLAY),
  }
}

const isSet = (value: string | undefined): boolean => value !== undefined && value !== ''
