/** docs/reference/commands.md, from what the commands themselves answer to --help. */
import { command } from '../command.ts'

export async function commandsPage(): Promise<string> {
  const sections = await sectionsOf([])
  return `# Commands

From a checkout \`npm run -s sallyport -- ARGS\`, installed \`sallyport ARGS\`. Exit 0 done, 1 refused or failed, 2 wrong usage. Errors are one line
of what is wrong and \`Try:\` lines, on standard error. A started service says where it listens in its first line of output, as JSON.

${sections.join('\n\n')}
`
}

/** The command's own section, then those of its subcommands. */
async function sectionsOf(path: readonly string[]): Promise<string[]> {
  const { code, out, err } = await command('node', ['src/cli/main.ts', ...path, '--help'])
  if (code !== 0) throw new Error(`sallyport ${path.join(' ')} --help ended with ${code}: ${err}`)
  const below = await Promise.all(subcommands(out).map((name) => sectionsOf([...path, name])))
  return [`## ${['sallyport', ...path].join(' ')}\n\n\`\`\`text\n${out.trimEnd()}\n\`\`\``, ...below.flat()]
}

function subcommands(help: string): string[] {
  const [, list = ''] = /^Commands:\n((?: {2}.*\n)*)/m.exec(help) ?? []
  return [...list.matchAll(/^ {2}([a-z][\w-]*)/gm)].map(([, name = '']) => name).filter((name) => name !== 'help')
}
