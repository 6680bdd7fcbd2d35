/** The cutover's tables. No column holds a secret. */
import type { Migration } from '../../storage/storage.ts'

export const migrations: readonly Migration[] = [
  {
    id: 1,
    name: 'the cutover',
    sql: `
-- one row a cutover; whoever holds it may write its journal until the lease ends, and fence only grows
CREATE TABLE cutovers (
  id TEXT PRIMARY KEY, app TEXT NOT NULL, created_at BIGINT NOT NULL, ended_at BIGINT,
  holder TEXT, fence BIGINT NOT NULL, until BIGINT NOT NULL
);
CREATE INDEX cutovers_by_time ON cutovers (created_at);

-- the journal, each line under the fence of its runner; 0 for what a person has asked. entry is JSON
CREATE TABLE entries (
  cutover TEXT NOT NULL, seq BIGINT NOT NULL, fence BIGINT NOT NULL, at BIGINT NOT NULL, entry TEXT NOT NULL, PRIMARY KEY (cutover, seq)
) /* clustered */;
`,
  },
  {
    id: 2,
    name: 'notifications',
    sql: `
-- what became of each that was to be told; why is a sentence, without the URL and without secrets
CREATE TABLE notices (
  cutover TEXT NOT NULL, seq BIGINT NOT NULL, at BIGINT NOT NULL, event TEXT NOT NULL, result TEXT NOT NULL, attempts BIGINT NOT NULL, why TEXT,
  PRIMARY KEY (cutover, seq)
) /* clustered */;
`,
  },
  {
    id: 3,
    name: 'cutovers of several apps',
    sql: `
CREATE TABLE cutover_apps (cutover TEXT NOT NULL, app TEXT NOT NULL, PRIMARY KEY (app, cutover)) /* clustered */;
INSERT INTO cutover_apps (cutover, app) SELECT id, app FROM cutovers;
`,
  },
]
