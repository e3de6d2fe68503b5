-- +goose Up
-- The people of a merchant. name_key and email_key are what must not be there twice: the name stands in the history, by
-- the email somebody signs in. Without a password somebody was invited and has not come yet, or comes another way.
CREATE TABLE people (
  merchant    TEXT NOT NULL,
  person_id   TEXT NOT NULL,
  name        TEXT NOT NULL,
  name_key    TEXT NOT NULL,
  email       TEXT NOT NULL,
  email_key   TEXT NOT NULL,
  role        TEXT NOT NULL,
  limit_minor INTEGER NOT NULL,           -- the most money that they may let go, in minor units
  currency    TEXT NOT NULL,              -- of the limit; '': there is none
  supplier    TEXT NOT NULL,              -- whose purchases somebody of a supplier sees
  language    TEXT NOT NULL,
  password    TEXT NOT NULL,              -- argon2id, as PHC writes it
  created_at  INTEGER NOT NULL,
  seen_at     INTEGER NOT NULL,
  disabled_at INTEGER NOT NULL,
  PRIMARY KEY (merchant, person_id)
) STRICT;
CREATE UNIQUE INDEX people_name  ON people (merchant, name_key);
CREATE UNIQUE INDEX people_email ON people (merchant, email_key);

CREATE TABLE passkeys (
  merchant   TEXT NOT NULL,
  passkey_id TEXT NOT NULL,               -- the credential's, base64url
  person_id  TEXT NOT NULL,
  name       TEXT NOT NULL,
  body       BLOB NOT NULL,               -- public key and counters
  created_at INTEGER NOT NULL,
  used_at    INTEGER NOT NULL,
  PRIMARY KEY (merchant, passkey_id),
  FOREIGN KEY (merchant, person_id) REFERENCES people (merchant, person_id)
) STRICT;
CREATE INDEX passkeys_person ON passkeys (merchant, person_id);

-- A token may be a person's, and a session knows its browser. Two kinds of link more: setup makes the first owner, invite
-- lets somebody choose a password.
CREATE TABLE tokens_next (
  merchant   TEXT NOT NULL,
  hash       TEXT NOT NULL,
  name       TEXT NOT NULL,
  role       TEXT NOT NULL,
  kind       TEXT NOT NULL CHECK (kind IN ('api', 'link', 'session', 'setup', 'invite')),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at    INTEGER NOT NULL,
  person     TEXT NOT NULL,
  agent      TEXT NOT NULL,
  seen_at    INTEGER NOT NULL,
  idle       INTEGER NOT NULL,            -- how long a session waits for the next visit, microseconds; 0: it ends when it ends
  PRIMARY KEY (merchant, hash)
) STRICT;
INSERT INTO tokens_next SELECT merchant, hash, name, role, kind, created_at, expires_at, used_at, '', '', 9223372036854775807, 0 FROM tokens;
DROP TABLE tokens;
ALTER TABLE tokens_next RENAME TO tokens;
CREATE INDEX tokens_person ON tokens (merchant, person) WHERE person <> '';

-- What has been begun with a browser and must be ended by the same: the challenge of a passkey, the way to another
-- provider and back. Each is good once.
CREATE TABLE ceremonies (
  merchant   TEXT NOT NULL,
  hash       TEXT NOT NULL,               -- SHA-256 of what the browser shows
  body       BLOB NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (merchant, hash)
) STRICT;
CREATE INDEX ceremonies_expire ON ceremonies (merchant, expires_at);

-- The purchases of each supplier, for who answers there: what waits for the supplier is found first. All of it is in the
-- orders' files.
CREATE TABLE supplies (
  merchant    TEXT NOT NULL,
  supplier    TEXT NOT NULL,
  purchase_id TEXT NOT NULL,
  order_id    TEXT NOT NULL,
  waits       INTEGER NOT NULL CHECK (waits IN (0, 1)),
  due_at      INTEGER NOT NULL,
  PRIMARY KEY (merchant, supplier, purchase_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX supplies_due ON supplies (merchant, supplier, waits, due_at, purchase_id);
