/** What keeps an egress from being used, and what to do about it. */
import type { EgressView } from '../../gateway/egress/pool.ts'
import type { Trouble } from '../complaint.ts'
import { bindingAdvice } from '../doctor/addresses.ts'

/** One for each egress that no tunnel can leave by. */
export const egressTroubles = (views: readonly EgressView[]): Trouble[] =>
  views.flatMap((view) => {
    switch (view.state) {
      case 'unusable':
        return [unusable(view)]
      case 'down':
        return [down(view)]
      case 'starting':
      case 'up':
      case 'standby':
      case 'draining':
        return []
    }
  })

function unusable({ name, kind, through, why }: EgressView): Trouble {
  const means = `Egress ${name} (${through}) cannot be used: ${why}`
  return { means, next: kind === 'address' ? [...bindingAdvice(through), 'sallyport doctor'] : ['sallyport doctor'] }
}

const down = ({ name, through, why }: EgressView): Trouble => ({
  means: `Egress ${name} (${through}) is down: ${why}`,
  next: ['sallyport doctor', 'If it is the target that is wrong: gateway.healthCheck.target'],
})
