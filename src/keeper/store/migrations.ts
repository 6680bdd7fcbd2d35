/** The keeper's tables. Everything in a column named `sealed_…` or `wrapped_…` is ciphertext; no other column holds a secret. */
import type { Migration } from '../../storage/storage.ts'

export const migrations: readonly Migration[] = [
  {
    id: 1,
    name: 'the keeper',
    sql: `
-- what stands for the keeper towards an org; the secret is sealed with the app's own data key, and both are NULL for a public client
CREATE TABLE apps (
  tenant TEXT NOT NULL, name TEXT NOT NULL, login_url TEXT NOT NULL, client_id TEXT NOT NULL, redirect_uri TEXT, scopes TEXT,
  sealed_secret BLOB, key_name TEXT, wrapped_key BLOB,
  created_at BIGINT NOT NULL, version BIGINT NOT NULL, PRIMARY KEY (tenant, name)
) /* clustered */;
CREATE INDEX apps_by_key ON apps (key_name, tenant, name);

-- one row a connection, however often it is refreshed. generation counts its refresh tokens from 1; the attempt that brought a token is part of
-- what it is sealed to, 0 for one that was adopted. version rises with every change but a re-wrapping
CREATE TABLE connections (
  tenant TEXT NOT NULL, id TEXT NOT NULL, app TEXT NOT NULL, login_url TEXT NOT NULL,
  org_id TEXT, user_id TEXT, username TEXT, instance_url TEXT,
  state TEXT NOT NULL, state_since BIGINT NOT NULL, why TEXT,
  generation BIGINT NOT NULL, sole_holder INTEGER NOT NULL,
  key_name TEXT NOT NULL, wrapped_key BLOB NOT NULL,
  sealed_refresh BLOB NOT NULL, refresh_attempt BIGINT NOT NULL,
  sealed_access BLOB, access_generation BIGINT, access_attempt BIGINT, access_issued_at BIGINT, access_expires_at BIGINT,
  session_seconds BIGINT, last_exchange_at BIGINT, last_egress TEXT,
  next_due_at BIGINT,                                -- NULL: nothing is due by itself
  created_at BIGINT NOT NULL, version BIGINT NOT NULL, PRIMARY KEY (tenant, id)
);
CREATE INDEX connections_by_due ON connections (next_due_at, tenant, id) WHERE next_due_at IS NOT NULL;
CREATE INDEX connections_by_app ON connections (tenant, app);
CREATE INDEX connections_by_key ON connections (key_name, tenant, id);

-- a row a connection, also after the connection is gone: were a fence or an attempt's number used again by a later connection of that name, who
-- slept through the removal could write into it. holder is NULL while nobody holds it; removed_at is NULL while there is a connection
CREATE TABLE leases (
  tenant TEXT NOT NULL, connection TEXT NOT NULL, holder TEXT, fence BIGINT NOT NULL, until BIGINT NOT NULL, for_ms BIGINT NOT NULL,
  last_attempt BIGINT NOT NULL, removed_at BIGINT, PRIMARY KEY (tenant, connection)
) /* clustered */;
CREATE INDEX leases_by_removal ON leases (removed_at) WHERE removed_at IS NOT NULL;

-- the journal. A reply is kept with no fence (P-20); reply_arrived stays 1 when the reply is erased, so that it is not taken in twice
CREATE TABLE attempts (
  tenant TEXT NOT NULL, connection TEXT NOT NULL, attempt BIGINT NOT NULL, generation BIGINT NOT NULL, fence BIGINT NOT NULL,
  stage TEXT NOT NULL, prepared_at BIGINT NOT NULL, connected_at BIGINT, sent_at BIGINT, tunnel_ends_at BIGINT, received_at BIGINT,
  sealed_reply BLOB, left_from TEXT, egress TEXT, outcome TEXT, led_to BIGINT, closed_at BIGINT,
  PRIMARY KEY (tenant, connection, attempt)
);
CREATE INDEX attempts_open ON attempts (tenant, connection, attempt) WHERE closed_at IS NULL;
CREATE INDEX attempts_by_close ON attempts (closed_at) WHERE closed_at IS NOT NULL;

-- what an endpoint said of a refresh token, between asking (at) and answer (ended_at); asked_of names endpoint, app and credentials (P-22)
CREATE TABLE introspections (
  tenant TEXT NOT NULL, connection TEXT NOT NULL, generation BIGINT NOT NULL, ended_at BIGINT NOT NULL, place BIGINT NOT NULL,
  at BIGINT NOT NULL, said TEXT NOT NULL, asked_of TEXT NOT NULL, PRIMARY KEY (tenant, connection, generation, ended_at, place)
) /* clustered */;
CREATE INDEX introspections_by_time ON introspections (ended_at);

-- the last event of each tenant: events of one tenant are numbered without gaps in the order in which they are committed
CREATE TABLE event_counters (tenant TEXT PRIMARY KEY, last BIGINT NOT NULL) /* clustered */;

-- data is JSON and holds no secret; events stay when their connection goes
CREATE TABLE events (
  tenant TEXT NOT NULL, sequence BIGINT NOT NULL, connection TEXT NOT NULL, at BIGINT NOT NULL, kind TEXT NOT NULL, data TEXT NOT NULL,
  PRIMARY KEY (tenant, sequence)
) /* clustered */;
CREATE INDEX events_by_connection ON events (tenant, connection, sequence);
CREATE INDEX events_by_time ON events (at);
`,
  },
  {
    id: 2,
    name: 'apps that prove themselves by a key, checked signatures, and connections that were handed over',
    sql: `
-- 'post' or 'basic' for a client secret, 'private_key_jwt' where sealed_secret is a private key
ALTER TABLE apps ADD COLUMN authentication TEXT NOT NULL DEFAULT 'post';

-- what the signature of the last token reply was worth (SF-46); NULL: not known
ALTER TABLE connections ADD COLUMN signature TEXT;
-- since when another keeper has it, and in which export it went there; NULL: it is ours. Nothing is sent while it is set
ALTER TABLE connections ADD COLUMN handed_over_at BIGINT;
ALTER TABLE connections ADD COLUMN handed_over_in TEXT;
`,
  },
  {
    id: 3,
    name: 'logins that were begun, and links that begin one',
    sql: `
-- a login that was begun (RFC 6749 section 4.1). number names it; the state is kept as its hash, the verifier (RFC 7636) sealed with the data key that
-- becomes the connection's. taken_at is set once, by whoever has the callback; the reply of the code exchange is kept before it is read. error is JSON
-- without secrets, where it has come to nothing
CREATE TABLE authorizations (
  number BIGINT PRIMARY KEY, tenant TEXT NOT NULL, connection TEXT NOT NULL, app TEXT NOT NULL, login_url TEXT NOT NULL, redirect_uri TEXT NOT NULL,
  state_hash TEXT NOT NULL, browser_hash TEXT, ticket_hash TEXT, other_user INTEGER NOT NULL,
  key_name TEXT NOT NULL, wrapped_key BLOB NOT NULL, sealed_verifier BLOB, sealed_reply BLOB, left_from TEXT,
  begun_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, taken_at BIGINT, received_at BIGINT, closed_at BIGINT, error TEXT
);
CREATE UNIQUE INDEX authorizations_by_state ON authorizations (state_hash);
CREATE INDEX authorizations_by_connection ON authorizations (tenant, connection, begun_at);
CREATE INDEX authorizations_by_end ON authorizations (expires_at);
CREATE INDEX authorizations_by_redirect ON authorizations (redirect_uri);
CREATE INDEX authorizations_received ON authorizations (received_at) WHERE received_at IS NOT NULL AND closed_at IS NULL;
CREATE INDEX apps_by_redirect ON apps (redirect_uri) WHERE redirect_uri IS NOT NULL;

-- a link by which a person authorizes a connection again, kept as the hash of its ticket; it is spent when that has succeeded
CREATE TABLE tickets (
  hash TEXT PRIMARY KEY, tenant TEXT NOT NULL, connection TEXT NOT NULL, made_at BIGINT NOT NULL, expires_at BIGINT NOT NULL,
  spent_at BIGINT, revoked_at BIGINT
) /* clustered */;
CREATE INDEX tickets_by_connection ON tickets (tenant, connection);
CREATE INDEX tickets_by_end ON tickets (expires_at);

-- since when the family that is there is, where that is known: a user may have five of an app (SF-209)
ALTER TABLE connections ADD COLUMN authorized_at BIGINT;
CREATE INDEX connections_by_user ON connections (tenant, app, org_id, user_id) WHERE user_id IS NOT NULL;
`,
  },
  {
    id: 4,
    name: 'webhooks',
    sql: `
-- how far each webhook has been told of its tenant's events, and who is telling it: holder is NULL while nobody is
CREATE TABLE webhooks (
  tenant TEXT NOT NULL, name TEXT NOT NULL, url_digest TEXT NOT NULL, seen BIGINT NOT NULL,
  holder TEXT, fence BIGINT NOT NULL, until BIGINT NOT NULL, for_ms BIGINT NOT NULL,
  failures BIGINT NOT NULL, last_success_at BIGINT, last_failure_at BIGINT, last_failure TEXT,
  gave_up BIGINT NOT NULL, gave_up_at BIGINT, missed BIGINT NOT NULL, disabled_at BIGINT, created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, name)
) /* clustered */;

-- a row only while a delivery is under way or waits; it has the event in it, so that pruning does not take it away
CREATE TABLE deliveries (
  tenant TEXT NOT NULL, webhook TEXT NOT NULL, sequence BIGINT NOT NULL, connection TEXT NOT NULL, at BIGINT NOT NULL,
  kind TEXT NOT NULL, data TEXT NOT NULL, attempts BIGINT NOT NULL, due_at BIGINT NOT NULL, PRIMARY KEY (tenant, webhook, sequence)
) /* clustered */;
CREATE INDEX deliveries_by_connection ON deliveries (tenant, webhook, connection, sequence);
CREATE INDEX deliveries_by_due ON deliveries (tenant, webhook, due_at);
`,
  },
  {
    id: 5,
    name: 'login hosts, lengths of sessions, and failures',
    sql: `
-- of what was learned of sessions: the refusals that taught it, and the tokens that have served until their end since
ALTER TABLE connections ADD COLUMN session_refusals INTEGER NOT NULL DEFAULT 0;
ALTER TABLE connections ADD COLUMN session_served INTEGER NOT NULL DEFAULT 0;
-- exchanges in a row that went wrong
ALTER TABLE connections ADD COLUMN failures BIGINT NOT NULL DEFAULT 0;
-- kinds of events, with spaces between, that were recorded of the incident that is going on: one of each (L-58)
ALTER TABLE connections ADD COLUMN told TEXT NOT NULL DEFAULT '';

-- over all tenants: when the exchanges that were let through would have come had they come evenly, failures in a row, and until when it is left alone
CREATE TABLE login_hosts (
  login_url TEXT PRIMARY KEY, turn_at BIGINT NOT NULL, failures BIGINT NOT NULL, rests_until BIGINT NOT NULL
) /* clustered */;
CREATE INDEX login_hosts_by_turn ON login_hosts (turn_at);
CREATE INDEX attempts_flying ON attempts (tenant, connection, fence) WHERE closed_at IS NULL AND outcome IS NULL;
`,
  },
  {
    id: 6,
    name: 'login hosts that rest',
    sql: `
CREATE INDEX login_hosts_resting ON login_hosts (rests_until) WHERE failures > 0;
`,
  },
  {
    id: 7,
    name: 'how many connections are in which state',
    sql: `
-- without it each look at the figures reads all that there is of each connection
CREATE INDEX connections_by_state ON connections (tenant, state, handed_over_at);
`,
  },
  {
    id: 8,
    name: 'turns at a login host, fair among tenants',
    sql: `
-- where the turn stood that was given last
ALTER TABLE login_hosts ADD COLUMN served BIGINT NOT NULL DEFAULT 0;

-- tenants that wait for a turn, or were ahead of one that did: where each stands, and until when it is taken to wait
CREATE TABLE login_host_turns (
  login_url TEXT NOT NULL, tenant TEXT NOT NULL, place BIGINT NOT NULL, waits_until BIGINT NOT NULL, PRIMARY KEY (login_url, tenant)
) /* clustered */;
CREATE INDEX login_host_turns_waiting ON login_host_turns (login_url, waits_until);
CREATE INDEX login_host_turns_by_wait ON login_host_turns (waits_until);
`,
  },
  {
    id: 9,
    name: 'logins that begin in one browser, and how many wait',
    sql: `
-- of a login whose page is opened by a ticket: the hash of that, and the address of the login page, sealed like the verifier. browser_hash is set by the
-- browser that opens it first
ALTER TABLE authorizations ADD COLUMN start_hash TEXT;
ALTER TABLE authorizations ADD COLUMN sealed_start BLOB;
CREATE UNIQUE INDEX authorizations_by_start ON authorizations (start_hash) WHERE start_hash IS NOT NULL;
CREATE INDEX authorizations_waiting ON authorizations (tenant, expires_at) WHERE taken_at IS NULL AND closed_at IS NULL;
`,
  },
  {
    id: 10,
    name: 'the name of the vault',
    sql: `
-- one row, with what tells this vault from others that share a folder with it
CREATE TABLE vault (place BIGINT PRIMARY KEY, name TEXT NOT NULL) /* clustered */;
`,
  },
]
