/** docs/reference/gateway-refusals.md, from the reasons that the gateway answers with. */
import { reasons, type Reason, type Saw } from '../../src/gateway/rules/refusal.ts'

export function gatewayRefusalsPage(): string {
  const sections = Object.entries(reasons).map(([code, reason]) => section(code, reason))
  return `# Refusals of the gateway

Every reply that is the gateway's own has a status, \`Proxy-Status\` (RFC 9209) with the error type below and the code as \`details\`, and a body that
says what is wrong and what to do: text, or problem details (RFC 9457) for whoever accepts JSON. Decide on codes, never on texts. They stand in
the log records and in the metrics too. A refusal of CONNECT has sent nothing anywhere, so it has spent no token and may be tried again (SF-278);
over SOCKS5 a reply code of RFC 1928 stands for it. A word in angle brackets is filled in.

${sections.join('\n\n')}
`
}

const section = (code: string, { status, error, means, next }: Reason): string => `## ${code}

- Reply: ${status}, \`error=${error}\`
- Means: ${prose(means(placeholders))}
- Try: ${prose(next)}`

const prose = (text: string): string => text.replaceAll('<', String.raw`\<`).replaceAll('*', String.raw`\*`)

/** Stands for whatever a refusal saw: each value prints as its own name. */
const placeholders: Saw = new Proxy<Record<string, string>>({}, { get: (_target, name) => `<${String(name)}>` })
