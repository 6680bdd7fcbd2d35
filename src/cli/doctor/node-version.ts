/** The Node that runs this. */
import { failure, fine, type Finding } from './finding.ts'

const oldest = 24

export function checkNode(): Finding {
  const { node } = process.versions
  if (Number(node.split('.')[0]) >= oldest) return fine('node', `version ${node}`)
  return failure(
    'node',
    `version ${node}; ${oldest} or newer is needed`,
    'npm ci && npm run -s sallyport -- doctor',
    'It brings its own Node.',
  )
}
