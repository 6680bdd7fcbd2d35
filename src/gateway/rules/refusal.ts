/** Every reason for which the gateway says no: its status, its error type of RFC 9209, and its words. Policy is 403 or 429, never 407 (L-68). */

/** What the reason saw; never a credential. */
export type Saw = Readonly<Record<string, string | number | undefined>>

export type Reason = {
  readonly status: number
  /** `error` of `Proxy-Status` (RFC 9209 section 2.3). */
  readonly error: ProxyError
  /** One sentence: what is wrong. */
  readonly means: (saw: Saw) => string
  /** What whoever reads the reply can do next. */
  readonly next: string
}

/** The registered types that the gateway uses. */
export type ProxyError =
  | 'dns_timeout'
  | 'dns_error'
  | 'destination_unavailable'
  | 'destination_ip_prohibited'
  | 'destination_ip_unroutable'
  | 'connection_refused'
  | 'connection_terminated'
  | 'connection_timeout'
  | 'connection_limit_reached'
  | 'tls_protocol_error'
  | 'http_request_error'
  | 'http_request_denied'
  | 'http_response_incomplete'
  | 'http_response_timeout'
  | 'http_protocol_error'
  | 'proxy_internal_error'
  | 'proxy_loop_detected'

export type ReasonCode =
  | 'CREDENTIALS_MISSING'
  | 'CREDENTIALS_WRONG'
  | 'TOO_MANY_FAILURES'
  | 'DESTINATION_NOT_ALLOWED'
  | 'ADDRESS_PROHIBITED'
  | 'PIN_NOT_PERMITTED'
  | 'EGRESS_UNKNOWN'
  | 'PINNED_EGRESS_DOWN'
  | 'NO_LIVE_EGRESS'
  | 'PORTS_EXHAUSTED'
  | 'PLAN_EXHAUSTED'
  | 'CONNECTIONS_EXHAUSTED'
  | 'RATE_EXCEEDED'
  | 'NAME_NOT_RESOLVED'
  | 'NAME_TIMED_OUT'
  | 'CONNECTION_REFUSED'
  | 'CONNECTION_TIMED_OUT'
  | 'CONNECTION_FAILED'
  | 'CONNECTION_CUT'
  | 'UPSTREAM_PROXY_REFUSED'
  | 'RESPONSE_MALFORMED'
  | 'RESPONSE_TIMED_OUT'
  | 'REQUEST_MALFORMED'
  | 'ORIGIN_FORM'
  | 'HEADER_TOO_LARGE'
  | 'HEADER_TIMED_OUT'
  | 'VERSION_NOT_SUPPORTED'
  | 'LOOP'
  | 'DRAINING'
  | 'INTERNAL'
  | 'DESCRIPTORS_EXHAUSTED'
  | 'TARGET_TOO_LONG'
  | 'TRANSFER_CODING_UNKNOWN'
  | 'METHOD_NOT_TAKEN'
  | 'RESPONSE_INCOMPLETE'
  | 'BODY_TIMED_OUT'
  | 'GATEWAY_ITSELF'
  | CutCode
  | 'TOO_MANY_HOPS'
  | 'UPSTREAM_LOOP'
/** Of a forwarded request that is on its way already: the gateway ends it before there is a response. */
export type CutCode = 'CUT_BY_PLAN' | 'CUT_BY_DRAIN' | 'CUT_BY_REMOVAL'

export type Refusal = { readonly code: ReasonCode; readonly saw: Saw }

export const refusal = (code: ReasonCode, saw: Saw = {}): Refusal => ({ code, saw })
export const reasonOf = ({ code }: Refusal): Reason => reasons[code]

/* oxlint-disable typescript/restrict-template-expressions -- what was not seen reads as such */

// SF-278 names the statuses; rows G-nn and RFC 9110 the rest
export const reasons: Readonly<Record<ReasonCode, Reason>> = {
  CREDENTIALS_MISSING: {
    status: 407,
    error: 'http_request_denied',
    means: () => 'The gateway wants a user and a password.',
    next: 'Put them into the connection URL: http://USER:PASSWORD@HOST:PORT.',
  },
  CREDENTIALS_WRONG: {
    status: 407,
    error: 'http_request_denied',
    means: () => 'The gateway does not know this user, or the password is another.',
    next: 'Compare the connection URL with the client in the configuration; percent-encode signs that a URL reserves.',
  },
  TOO_MANY_FAILURES: {
    status: 429,
    error: 'http_request_denied',
    means: ({ from }) => `Too many wrong credentials came from ${from}.`,
    next: 'Wait a minute, then send the right ones.',
  },
  DESTINATION_NOT_ALLOWED: {
    status: 403,
    error: 'http_request_denied',
    means: ({ destination }) => `${destination} is not among the destinations that this gateway allows.`,
    next: 'If it should be, add it to gateway.allow.',
  },
  ADDRESS_PROHIBITED: {
    status: 403,
    error: 'destination_ip_prohibited',
    means: ({ destination, address, kind }) => `${destination} leads to ${address}, which is ${kind}.`,
    next: 'If this very address is meant, list it, or its CIDR range, with its port in gateway.allow; a host pattern does not lift this.',
  },
  PIN_NOT_PERMITTED: {
    status: 403,
    error: 'http_request_denied',
    means: ({ client }) => `The client ${client} may not choose its egress.`,
    next: 'Leave the choice out, or set mayPin for this client.',
  },
  EGRESS_UNKNOWN: {
    status: 503,
    error: 'destination_unavailable',
    means: ({ egress }) => `No egress is named ${egress}.`,
    next: 'Use a name of the configuration, as GET /admin/v1/egress lists them.',
  },
  PINNED_EGRESS_DOWN: {
    status: 503,
    error: 'destination_unavailable',
    means: ({ egress, why }) => `The chosen egress ${egress} cannot be used: ${why}.`,
    next: 'Ask again once GET /admin/v1/egress shows it up; a chosen egress never fails over.',
  },
  NO_LIVE_EGRESS: {
    status: 503,
    error: 'destination_unavailable',
    means: ({ why }) => `No declared egress can be used${why === undefined ? '' : `: ${why}`}.`,
    next: 'Nothing leaves by any other address; see sallyport doctor.',
  },
  PORTS_EXHAUSTED: {
    status: 503,
    error: 'connection_limit_reached',
    means: ({ destination, egress }) => `Every source port of ${egress} towards ${destination} is in use.`,
    next: 'Close tunnels that are not used, or add an egress.',
  },
  PLAN_EXHAUSTED: {
    status: 429,
    error: 'http_request_denied',
    means: ({ client, plan, used, limit }) => `${client} has used ${used} of the ${limit} bytes of its plan ${plan}.`,
    next: 'Raise the plan; the next request is then let through.',
  },
  CONNECTIONS_EXHAUSTED: {
    status: 429,
    error: 'connection_limit_reached',
    means: ({ client, limit }) => `${client} holds its ${limit} connections already.`,
    next: 'Close tunnels that are not used, or raise the limit of this client.',
  },
  RATE_EXCEEDED: {
    status: 429,
    error: 'http_request_denied',
    means: ({ client, limit }) => `${client} asks for more than ${limit} tunnels a minute.`,
    next: 'Keep connections open instead of making a new one for each request.',
  },
  NAME_NOT_RESOLVED: {
    status: 502,
    error: 'dns_error',
    means: ({ host, why }) => `${host} does not resolve (${why}).`,
    next: 'Check the spelling of the host.',
  },
  NAME_TIMED_OUT: {
    status: 504,
    error: 'dns_timeout',
    means: ({ host }) => `The name server gave no answer for ${host} in time.`,
    next: 'Try again; if it stays, look at the name server of the gateway’s machine.',
  },
  CONNECTION_REFUSED: {
    status: 502,
    error: 'connection_refused',
    means: ({ destination }) => `${destination} refused the connection.`,
    next: 'Check host and port.',
  },
  CONNECTION_TIMED_OUT: {
    status: 504,
    error: 'connection_timeout',
    means: ({ destination, after }) => `${destination} did not answer within ${after} ms.`,
    next: 'Try again; if it stays, the destination drops what comes from this gateway.',
  },
  CONNECTION_FAILED: {
    status: 502,
    error: 'destination_ip_unroutable',
    means: ({ destination, why }) => `${destination} cannot be reached (${why}).`,
    next: 'Check the route from the machine of the gateway.',
  },
  CONNECTION_CUT: {
    status: 502,
    error: 'connection_terminated',
    means: ({ destination }) => `${destination} closed the connection before it had answered.`,
    next: 'Whether it did what was asked cannot be known; do not send a redemption again without looking.',
  },
  UPSTREAM_PROXY_REFUSED: {
    status: 502,
    error: 'http_protocol_error',
    means: ({ egress, status }) => `The proxy of egress ${egress} refused the tunnel with ${status}.`,
    next: 'See what that proxy says; its credentials may have changed.',
  },
  RESPONSE_MALFORMED: {
    status: 502,
    error: 'http_protocol_error',
    means: ({ destination, why }) => `${destination} answered what is no HTTP: ${why}.`,
    next: 'Check that the port speaks HTTP.',
  },
  RESPONSE_TIMED_OUT: {
    status: 504,
    error: 'http_response_timeout',
    means: ({ destination, after }) => `${destination} gave no response within ${after} ms.`,
    next: 'Whether it did what was asked cannot be known; do not send a redemption again without looking.',
  },
  REQUEST_MALFORMED: {
    status: 400,
    error: 'http_request_error',
    means: ({ why }) => `The request is not one that a proxy can take: ${why}.`,
    next: 'Send CONNECT HOST:PORT, or a request whose target is an absolute http:// URL.',
  },
  ORIGIN_FORM: {
    status: 400,
    error: 'http_request_error',
    means: () => 'This is a proxy port, and the request names no host in its target.',
    next: 'Send the whole URL: GET http://HOST/PATH HTTP/1.1; for https use CONNECT HOST:443.',
  },
  HEADER_TOO_LARGE: {
    status: 431,
    error: 'http_request_error',
    means: ({ limit, unit }) => `The header is larger than ${limit} ${unit ?? 'bytes'}.`,
    next: 'Send less.',
  },
  HEADER_TIMED_OUT: {
    status: 408,
    error: 'http_request_error',
    means: ({ after }) => `The header was not complete after ${after} ms.`,
    next: 'Send it in one go.',
  },
  VERSION_NOT_SUPPORTED: {
    status: 505,
    error: 'http_request_error',
    means: ({ version }) => `The gateway speaks HTTP/1.1 and HTTP/1.0 here, not ${version}.`,
    next: 'Use HTTP/1.1.',
  },
  LOOP: {
    status: 508,
    error: 'proxy_loop_detected',
    means: () => 'The request has passed through this gateway before.',
    next: 'Check that no egress leads back to the gateway.',
  },
  DRAINING: {
    status: 503,
    error: 'destination_unavailable',
    means: () => 'The gateway is stopping.',
    next: 'Ask again; another instance, or the next one, will answer.',
  },
  INTERNAL: {
    status: 500,
    error: 'proxy_internal_error',
    means: () => 'The gateway failed.',
    next: 'Its log says why.',
  },
  DESCRIPTORS_EXHAUSTED: {
    status: 503,
    error: 'connection_limit_reached',
    means: () => 'The gateway has as many files and connections open as it may.',
    next: 'Raise its limit of open files (ulimit -n, LimitNOFILE); see sallyport doctor.',
  },
  TARGET_TOO_LONG: {
    status: 414,
    error: 'http_request_error',
    means: ({ limit }) => `The first line of the request is longer than ${limit} bytes.`,
    next: 'Send a shorter URL.',
  },
  TRANSFER_CODING_UNKNOWN: {
    status: 501,
    error: 'http_request_error',
    means: () => 'The gateway forwards bodies that are chunked or have a Content-Length, and no other transfer coding.',
    next: 'Send Transfer-Encoding: chunked; a compression belongs into Content-Encoding.',
  },
  METHOD_NOT_TAKEN: {
    status: 405,
    error: 'http_request_denied',
    means: ({ method }) => `The gateway does not forward ${method}.`,
    next: 'Use CONNECT, or a method that asks the destination for something.',
  },
  RESPONSE_INCOMPLETE: {
    status: 502,
    error: 'http_response_incomplete',
    means: ({ destination }) => `${destination} closed the connection within the head of its response.`,
    next: 'Whether it did what was asked cannot be known; do not send a redemption again without looking.',
  },
  GATEWAY_ITSELF: {
    status: 403,
    error: 'destination_ip_prohibited',
    means: ({ destination, address }) => `${destination} leads to ${address}, which is this gateway itself.`,
    next: 'Ask for a destination beyond the gateway; nothing in gateway.allow lifts this.',
  },
  BODY_TIMED_OUT: {
    status: 408,
    error: 'http_request_error',
    means: ({ after }) => `Nothing more of the request's body came for ${after} ms.`,
    next: 'Whether the destination acted on the part that it got cannot be known; look before it is sent again.',
  },
  TOO_MANY_HOPS: {
    status: 508,
    error: 'proxy_loop_detected',
    means: ({ hops }) => `The request has come through ${hops} proxies.`,
    next: 'Check that no egress leads back to a gateway in front of it.',
  },
  UPSTREAM_LOOP: {
    status: 508,
    error: 'proxy_loop_detected',
    means: ({ egress }) =>
      `Behind the proxy of egress ${egress} the request has come back to a gateway that it had passed.`,
    next: 'Give one of the gateways a way out of its own: each has none now but the other.',
  },
  CUT_BY_PLAN: {
    status: 429,
    error: 'connection_terminated',
    means: ({ client, plan, destination }) =>
      `${client} has used up its plan ${plan} while ${destination} had the request.`,
    next: 'Whether the destination acted on it cannot be known; look before it is sent again. The next one wants a larger plan.',
  },
  CUT_BY_DRAIN: {
    status: 503,
    error: 'connection_terminated',
    means: ({ destination }) => `The gateway has stopped while ${destination} had the request.`,
    next: 'Whether the destination acted on it cannot be known; look before it is sent again.',
  },
  CUT_BY_REMOVAL: {
    status: 503,
    error: 'connection_terminated',
    means: ({ destination, egress }) => `The egress ${egress} was taken away while ${destination} had the request.`,
    next: 'Whether the destination acted on it cannot be known; look before it is sent again.',
  },
}
