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
  limit_minor BIGINT NOT NULL,           -- the most money that they may let go, in minor units
  currency    TEXT NOT NULL,              -- of the limit; '': there is none
  supplier    TEXT NOT NULL,              -- whose purchases somebody of a supplier sees
  language    TEXT NOT NULL,
  password    TEXT NOT NULL,              -- argon2id, as PHC writes it
  created_at  BIGINT NOT NULL,
  seen_at     BIGINT NOT NULL,
  disabled_at BIGINT NOT NULL,
  PRIMARY KEY (merchant, person_id)
);
CREATE UNIQUE INDEX people_name  ON people (merchant, name_key);
CREATE UNIQUE INDEX people_email ON people (merchant, email_key);

CREATE TABLE passkeys (
  merchant   TEXT NOT NULL,
  passkey_id TEXT NOT NULL,               -- the credential's, base64url
  person_id  TEXT NOT NULL,
  name       TEXT NOT NULL,
  body       BYTEA NOT NULL,               -- public key and counters
  created_at BIGINT NOT NULL,
  used_at    BIGINT NOT NULL,
  PRIMARY KEY (merchant, passkey_id),
  FOREIGN KEY (merchant, person_id) REFERENCES people (merchant, person_id)
);
CREATE INDEX passkeys_person ON passkeys (merchant, person_id);

-- A token may be a person's, and a session knows its browser. Two kinds of link more: setup makes the first owner, invite
-- lets somebody choose a password.
ALTER TABLE tokens DROP CONSTRAINT tokens_kind_check;
ALTER TABLE tokens ADD CONSTRAINT tokens_kind_check CHECK (kind IN ('api', 'link', 'session', 'setup', 'invite'));
ALTER TABLE tokens ADD COLUMN person TEXT NOT NULL DEFAULT '';
ALTER TABLE tokens ADD COLUMN agent TEXT NOT NULL DEFAULT '';
ALTER TABLE tokens ADD COLUMN seen_at BIGINT NOT NULL DEFAULT 9223372036854775807;
CREATE INDEX tokens_person ON tokens (merchant, person) WHERE person <> '';
