/** Whether a connection that is kept may carry a further request: whatever a new one would be judged by is judged again, at once and without a dial. */
import type { GatewayParts } from './parts.ts'

/** False is no refusal: then it is asked for a new one, which says why there is none. Credentials have been judged before. */
export const openReuse =
  ({ meter, reach, pool }: Pick<GatewayParts, 'meter' | 'reach' | 'pool'>): GatewayParts['mayReuse'] =>
  ({ client, destination, pin }, { dialled }) =>
    dialled !== undefined &&
    meter.withinPlan(client) &&
    reach.stillAllows(destination, dialled.remote) &&
    pool.stillChosen(dialled, { client, group: reach.groupOf(destination), pin })
