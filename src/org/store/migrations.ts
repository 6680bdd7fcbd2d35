/** The org's tables. No foreign key points at grants, and nothing but a redemption or a revocation writes their rows (P-05). */
import type { Migration } from '../../storage/storage.ts'

export const migrations: readonly Migration[] = [
  {
    id: 1,
    name: 'the org',
    sql: `
-- single facts: organization id, epoch, clock offset, …
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);

-- metadata objects as JSON; applied is the content that the org file had when it was last applied, NULL for what the file never named
CREATE TABLE objects (
  kind TEXT NOT NULL, name TEXT NOT NULL, content TEXT NOT NULL, applied TEXT,
  created_at BIGINT NOT NULL, changed_at BIGINT NOT NULL, PRIMARY KEY (kind, name)
);

-- what a redemption compares (version), what an editor of the allowlist compares (list_version), and what no JSON may show (the sealed
-- secret); a row for each app object
CREATE TABLE apps (
  name TEXT PRIMARY KEY, kind TEXT NOT NULL, consumer_key TEXT NOT NULL UNIQUE, sealed_secret BLOB, version BIGINT NOT NULL,
  list_version BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE users (
  id TEXT PRIMARY KEY, username TEXT NOT NULL UNIQUE, content TEXT NOT NULL, applied TEXT, password_hash TEXT,
  is_active INTEGER NOT NULL, created_at BIGINT NOT NULL, changed_at BIGINT NOT NULL
) /* clustered */;

-- one row a family, however often it rotates
CREATE TABLE grants (
  id TEXT PRIMARY KEY, app TEXT NOT NULL, user_id TEXT NOT NULL, flow TEXT NOT NULL, scopes TEXT NOT NULL,
  generation BIGINT NOT NULL, sequence BIGINT NOT NULL,
  token_hash TEXT,                                   -- NULL: the grant has no refresh token
  oldest_key INTEGER NOT NULL, epoch INTEGER NOT NULL,
  parent_open_since BIGINT, sealed_successor BLOB,   -- overlap and until-used only (P-12)
  authorized_at BIGINT NOT NULL, last_used_at BIGINT NOT NULL, not_before BIGINT NOT NULL,
  uses BIGINT NOT NULL, addresses TEXT NOT NULL,
  ended TEXT, ended_at BIGINT
) /* clustered */;
CREATE INDEX grants_of_user ON grants (user_id, app);
CREATE INDEX grants_of_app ON grants (app);

-- refused attempts, apart from the grant's row: a refused redemption changes no row but history (L-24, L-106)
CREATE TABLE grant_refusals (
  grant_id TEXT PRIMARY KEY, refusals BIGINT NOT NULL, last_at BIGINT NOT NULL, last_decision TEXT NOT NULL
);

CREATE TABLE codes (
  hash TEXT PRIMARY KEY, app TEXT NOT NULL, user_id TEXT NOT NULL, redirect_uri TEXT NOT NULL, scopes TEXT NOT NULL,
  challenge TEXT, challenge_method TEXT, nonce TEXT, issued_at BIGINT NOT NULL, authenticated_at BIGINT NOT NULL,
  used_at BIGINT, grant_id TEXT
);
CREATE INDEX codes_by_issue ON codes (issued_at);

-- a row only for an access token that was revoked alone, or used past half its life where sessions slide (P-10)
CREATE TABLE access_tokens (
  grant_id TEXT NOT NULL, sequence BIGINT NOT NULL, revoked INTEGER NOT NULL, ends_at BIGINT NOT NULL,
  PRIMARY KEY (grant_id, sequence)
);
CREATE INDEX access_tokens_by_end ON access_tokens (ends_at);

CREATE TABLE browser_sessions (
  hash TEXT PRIMARY KEY, user_id TEXT NOT NULL, authenticated_at BIGINT NOT NULL, last_seen_at BIGINT NOT NULL, ends_at BIGINT NOT NULL
);
CREATE INDEX browser_sessions_of_user ON browser_sessions (user_id);
CREATE INDEX browser_sessions_by_end ON browser_sessions (ends_at);
CREATE TABLE devices (hash TEXT PRIMARY KEY, user_id TEXT NOT NULL, activated_at BIGINT NOT NULL, last_seen_at BIGINT NOT NULL);
CREATE INDEX devices_of_user ON devices (user_id);
CREATE TABLE verification_codes (
  user_id TEXT PRIMARY KEY, hash TEXT NOT NULL, sealed_code BLOB NOT NULL, issued_at BIGINT NOT NULL, attempts INTEGER NOT NULL
);

-- ids rise with time, so pages and pruning need no second index
CREATE TABLE login_history (
  id BIGINT PRIMARY KEY, at BIGINT NOT NULL, login_type TEXT NOT NULL, sub_type TEXT NOT NULL, app TEXT, user_id TEXT, grant_id TEXT,
  source_ip TEXT NOT NULL, forwarded_for TEXT, user_agent TEXT, status TEXT NOT NULL, decision TEXT NOT NULL, trace TEXT
);
-- junk is counted by the minute and not written singly (P-11)
CREATE TABLE junk (
  minute BIGINT NOT NULL, source_ip TEXT NOT NULL, kind TEXT NOT NULL, count BIGINT NOT NULL, PRIMARY KEY (minute, source_ip, kind)
);
CREATE TABLE address_use (
  app TEXT NOT NULL, address TEXT NOT NULL, first_seen BIGINT NOT NULL, last_seen BIGINT NOT NULL,
  redemptions BIGINT NOT NULL, refusals BIGINT NOT NULL, PRIMARY KEY (app, address)
);
CREATE TABLE alerts (
  id BIGINT PRIMARY KEY, at BIGINT NOT NULL, kind TEXT NOT NULL, app TEXT, grant_id TEXT, address TEXT, detail TEXT NOT NULL
);
CREATE TABLE setup_audit (
  id BIGINT PRIMARY KEY, at BIGINT NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL, object TEXT NOT NULL, before TEXT, after TEXT
);
CREATE TABLE signing_keys (
  kid TEXT PRIMARY KEY, public_jwk TEXT NOT NULL, sealed_private BLOB NOT NULL, created_at BIGINT NOT NULL, retired_at BIGINT
);
`,
  },
  {
    id: 2,
    name: 'the users of the org file',
    // every start asks for them, and they may be a few among very many
    sql: 'CREATE INDEX users_from_file ON users (username) WHERE applied IS NOT NULL;',
  },
  {
    id: 3,
    name: 'the order of approvals',
    // the history record of the authorization: ids rise also within a millisecond and where the clock goes back; 0 is older than any (SF-209)
    sql: 'ALTER TABLE grants ADD COLUMN authorization_record BIGINT NOT NULL DEFAULT 0;',
  },
]
