/** The gateway's tables: what was used, and what the admin API has told. */
import type { Migration } from '../../storage/storage.ts'

export const migrations: readonly Migration[] = [
  {
    id: 1,
    name: 'the gateway',
    sql: `
-- single facts: how often the declared set was changed, what the configuration file declared when it was last read
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);

-- the last batch of each process; counts come into the tables below in the transaction that raises it (P-44)
CREATE TABLE batches (process TEXT PRIMARY KEY, sequence BIGINT NOT NULL, at BIGINT NOT NULL);

-- payload bytes and tunnels; month is 2026-11, UTC
CREATE TABLE usage (
  month TEXT NOT NULL, client TEXT NOT NULL, egress TEXT NOT NULL,
  up BIGINT NOT NULL, down BIGINT NOT NULL, tunnels BIGINT NOT NULL, PRIMARY KEY (month, client, egress)
) /* clustered */;

-- the same by egress and hour since 1970, so that an address that is to be given up can be shown to be unused; destination is an allow rule
CREATE TABLE egress_hours (
  egress TEXT NOT NULL, hour BIGINT NOT NULL, destination TEXT NOT NULL,
  up BIGINT NOT NULL, down BIGINT NOT NULL, tunnels BIGINT NOT NULL, last_used_at BIGINT NOT NULL,
  PRIMARY KEY (egress, hour, destination)
) /* clustered */;
CREATE INDEX egress_hours_by_hour ON egress_hours (hour);

-- what the admin API has made of the declared set. removed = 0 with no content: only drained. over names what the file declared of this egress
-- at that time, NULL for nothing: when the file says something else one day, the file goes before. content is sealed, for it may hold credentials
CREATE TABLE egress_changes (
  name TEXT PRIMARY KEY, content BLOB, removed INTEGER NOT NULL, draining INTEGER NOT NULL, over TEXT, changed_at BIGINT NOT NULL
);

-- what the admin API has told of allowlists (P-42); over is what the file said of it at that time
CREATE TABLE admissions (
  label TEXT NOT NULL, destination TEXT NOT NULL, egress TEXT NOT NULL, admission TEXT NOT NULL, over TEXT NOT NULL, since BIGINT NOT NULL,
  PRIMARY KEY (label, destination, egress)
);
`,
  },
  {
    id: 2,
    name: 'egresses on standby',
    sql: 'ALTER TABLE egress_changes ADD COLUMN standby INTEGER NOT NULL DEFAULT 0;',
  },
]
