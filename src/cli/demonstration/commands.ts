/** What the printed commands read: curl's configuration for a redemption, the connection URL, and the script that keeps a rotated token. */
import { join } from 'node:path'
import { writePrivateFile } from '../../storage/private-file.ts'
import { pathFromHere } from '../paths.ts'
import { ownName, shellWord } from '../self.ts'
import { directAddress, type ChosenAddresses } from './addresses.ts'
import type { Demonstration } from './files.ts'
import { demonstrationApp, demonstrationConnection } from './names.ts'

export type DemonstrationCommands = {
  readonly refused: string
  readonly accepted: string
  readonly explained: string
  readonly seen: string
  readonly replayed: string
  /** Of the keeper; undefined where there is none. */
  readonly kept: { readonly connections: string; readonly token: string } | undefined
}

export type DemonstrationPlace = {
  /** The org's. */
  readonly url: string
  /** Of the gateway, with its credentials. */
  readonly connectionUrl: string
  readonly addresses: ChosenAddresses
  /** What `allowlist explain` needs to find this org: variables before it, options after it; each empty where the defaults do. */
  readonly explain: Words
  /** The same of the keeper; undefined where there is none. */
  readonly keeper: Words | undefined
}

type Words = { readonly before: string; readonly after: string }

/** Written at each start, since the ports may be others. */
export async function writeDemonstrationCommands(
  { folder, consumerKey, consumerSecret }: Demonstration,
  { url, connectionUrl, addresses: { wrong }, explain, keeper }: DemonstrationPlace,
): Promise<DemonstrationCommands> {
  const shown = pathFromHere(folder)
  const config = (token: string): string =>
    curlConfig(`${url}/services/oauth2/token`, {
      'grant_type': 'refresh_token',
      'client_id': consumerKey,
      'client_secret': consumerSecret.expose(),
      'refresh_token@': join(shown, token),
    })
  await writePrivateFile(join(folder, 'redeem.curl'), config('refresh-token'))
  await writePrivateFile(join(folder, 'replay.curl'), config('refresh-token.spent'))
  await writePrivateFile(join(folder, 'keep'), keepScript)
  await writePrivateFile(join(folder, gatewayUrlFileName), `${connectionUrl}\n`)
  const curl = (file: string): string => `curl -sS -K ${shellWord(join(shown, file))}`
  const through = `-x ${shellWord(connectionUrl)}`
  return {
    refused: `${curl('redeem.curl')}${wrong === directAddress ? '' : ` --interface ${wrong}`}`,
    accepted: `${curl('redeem.curl')} ${through} | sh ${shellWord(join(shown, 'keep'))}`,
    explained: commandOf(explain, `allowlist explain ${demonstrationApp} --from ${wrong}`),
    seen: `curl -sS ${through} http://ip.sallyport/`,
    replayed: `${curl('replay.curl')} ${through}`,
    kept: keeper && {
      connections: commandOf(keeper, 'connections'),
      token: commandOf(keeper, `token ${demonstrationConnection}`),
    },
  }
}

const commandOf = ({ before, after }: Words, command: string): string =>
  [before, ownName(), command, after].filter((word) => word !== '').join(' ')

/** For `export SALLYPORT_GATEWAY_URL=$(cat …)`. */
export const gatewayUrlFileName = 'gateway-url'

/** A field whose name ends in `@` is read from the file that is named. */
function curlConfig(url: string, fields: Readonly<Record<string, string>>): string {
  const lines = Object.entries(fields).map(([name, value]) =>
    name.endsWith('@') ? option('data-urlencode', `${name}${value}`) : option('data-urlencode', `${name}=${value}`),
  )
  return [...noOtherProxy, option('url', url), ...lines, option('write-out', String.raw`\n`), ''].join('\n')
}

/** Direct is direct and through the gateway is through the gateway, whatever the environment says of proxies: an `-x` that comes later wins. */
const noOtherProxy = ['proxy = ""', 'noproxy = ""']

const option = (name: string, value: string): string => `${name} = "${value.replaceAll('"', String.raw`\"`)}"`

/** Rotation: the token that was sent is spent, and the one in the reply is the next. A refusal brings none, and changes nothing. */
const keepScript = `\
# Prints a token reply, and keeps the refresh token in it for the next redemption.
set -eu
cd "$(dirname "$0")"
umask 077
reply=$(cat)
printf '%s\\n' "$reply"
next=$(printf '%s' "$reply" | sed -n 's/.*"refresh_token":"\\([^"]*\\)".*/\\1/p')
[ -n "$next" ] || exit 1
printf '%s' "$next" > refresh-token.new
cp refresh-token refresh-token.spent
mv refresh-token.new refresh-token
`
