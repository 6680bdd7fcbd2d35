/** What a client can find out by itself: `/.well-known/openid-configuration` and its two neighbours (SF-125 to SF-127). */
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { OrgParts } from '../parts.ts'

export function registerDiscovery(server: FastifyInstance, parts: OrgParts): void {
  const serve = (url: string, document: () => object): void => {
    server.route({ method: ['GET', 'HEAD'], url, handler: (_request, reply) => send(reply, document()) })
  }
  serve('/.well-known/openid-configuration', () => openidConfiguration(parts))
  serve('/.well-known/auth-configuration', () => authConfiguration(parts))
  if (parts.configuration.discovery.rfc8414)
    serve('/.well-known/oauth-authorization-server', () => authorizationServer(parts))
}

function send(reply: FastifyReply, document: object): FastifyReply {
  return reply
    .header('content-type', 'application/json;charset=UTF-8')
    .header('cache-control', 'public, max-age=300')
    .send(JSON.stringify(document))
}

/** Members, values and their order are those of Salesforce's login host (SF-125, SF-126). The issuer is the configured origin and not the Host
 *  header, which anyone may write. */
function openidConfiguration({ publicUrl, configuration }: OrgParts): object {
  const issuer = publicUrl()
  return {
    issuer,
    authorization_endpoint: `${issuer}/services/oauth2/authorize`,
    token_endpoint: `${issuer}/services/oauth2/token`,
    revocation_endpoint: `${issuer}/services/oauth2/revoke`,
    userinfo_endpoint: `${issuer}/services/oauth2/userinfo`,
    jwks_uri: `${issuer}/id/keys`,
    registration_endpoint: `${issuer}/services/oauth2/register`,
    introspection_endpoint: `${issuer}/services/oauth2/introspect`,
    scopes_supported: scopes,
    response_types_supported: ['code', 'token', 'token id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    display_values_supported: ['page', 'popup', 'touch'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic', 'private_key_jwt'],
    claims_supported: claims,
    ...(configuration.discovery.advertisePkce ? { code_challenge_methods_supported: ['S256'] } : {}),
  }
}

/** For clients that look for OAuth rather than OpenID Connect, as those of the Model Context Protocol do (SF-127, RFC 8414). */
function authorizationServer({ publicUrl }: OrgParts): object {
  const issuer = publicUrl()
  return {
    issuer,
    authorization_endpoint: `${issuer}/services/oauth2/authorize`,
    token_endpoint: `${issuer}/services/oauth2/token`,
    revocation_endpoint: `${issuer}/services/oauth2/revoke`,
    introspection_endpoint: `${issuer}/services/oauth2/introspect`,
    jwks_uri: `${issuer}/id/keys`,
    scopes_supported: scopes,
    response_types_supported: ['code'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_methods_supported: ['client_secret_post'],
    code_challenge_methods_supported: ['S256'],
  }
}

/** Public settings of the login page; mobile SDKs read `MobileSDK`, embedded login reads `LoginPage` (SF-125). */
function authConfiguration({ settings, publicUrl }: OrgParts): object {
  const origin = publicUrl()
  return {
    OrganizationId: settings.current().organization.id,
    Url: origin,
    MobileSDK: {
      UseAndroidNativeBrowserForAuthentication: false,
      UseiOSNativeBrowserForAuthentication: false,
      shareBrowserSessionAndroid: false,
      shareBrowserSessionIOS: false,
    },
    LoginPage: { LoginPageType: 'Standard', LoginPageUrl: `${origin}/login`, UsernamePasswordEnabled: true },
    SamlProviders: [],
    AuthProviders: [],
  }
}

/** In the published order (SF-101). */
const scopes = [
  ...['cdp_ingest_api', 'custom_permissions', 'cdp_segment_api', 'content', 'cdp_api', 'chatbot_api'],
  ...['cdp_identityresolution_api', 'interaction_api', 'wave_api', 'web', 'cdp_calculated_insight_api'],
  ...['einstein_gpt_api', 'offline_access', 'id', 'api', 'data_cloud_user_claims', 'eclair_api', 'email'],
  ...['pardot_api', 'lightning', 'visualforce', 'cdp_query_api', 'sfap_api', 'address', 'openid', 'profile'],
  ...['scrt_api', 'cdp_profile_api', 'refresh_token', 'phone', 'user_registration_api', 'pwdless_login_api'],
  ...['chatter_api', 'mcp_api', 'full', 'forgot_password'],
]

const claims = [
  ...['active', 'address', 'email', 'email_verified', 'family_name', 'given_name', 'is_app_installed', 'language'],
  ...['locale', 'name', 'nickname', 'organization_id', 'phone_number', 'phone_number_verified', 'photos', 'picture'],
  ...['preferred_username', 'profile', 'sub', 'updated_at', 'urls', 'user_id', 'user_type', 'zoneinfo'],
]
