-- +goose Up
-- Every table of a merchant begins with the merchant, in its primary key and in every index, so that thousands of
-- merchants share a database and the tables can be distributed by that column. Instants are microseconds since 1970 in
-- UTC; 9223372036854775807 stands for an instant that will not come. Bodies are CBOR, see codec.go.

CREATE TABLE merchants (
  merchant   TEXT NOT NULL PRIMARY KEY,
  name       TEXT NOT NULL,
  policy     TEXT NOT NULL,              -- hash of the policy that takes new cases
  calendars  TEXT NOT NULL,              -- hash of the calendars that deadlines are counted in
  created_at INTEGER NOT NULL
) STRICT;

-- What decisions were made by is kept for ever, by its hash: a decision of years ago can be made again.
CREATE TABLE playbooks (
  merchant TEXT NOT NULL,
  hash     TEXT NOT NULL,
  text     BLOB NOT NULL,               -- self-contained: what it extends is merged in
  PRIMARY KEY (merchant, hash)
) STRICT;
CREATE TABLE policies (
  merchant   TEXT NOT NULL,
  hash       TEXT NOT NULL,
  playbook   TEXT NOT NULL,
  name       TEXT NOT NULL,
  settings   TEXT NOT NULL,              -- JSON: those that differ from the playbook's defaults
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  PRIMARY KEY (merchant, hash),
  FOREIGN KEY (merchant, playbook) REFERENCES playbooks (merchant, hash)
) STRICT;
CREATE TABLE calendars (
  merchant TEXT NOT NULL,
  hash     TEXT NOT NULL,
  text     BLOB NOT NULL,
  PRIMARY KEY (merchant, hash)
) STRICT;

-- An order with all that a decision may look at. version counts its decisions and is the number of the last entry of its
-- history, whose hash stands beside it; base is the version that the last decision was made from, and what lost the
-- race for it is decided again.
CREATE TABLE orders (
  merchant  TEXT NOT NULL,
  order_id  TEXT NOT NULL,
  base      INTEGER NOT NULL,
  version   INTEGER NOT NULL CHECK (version > base),
  hash      BLOB NOT NULL,
  shard     INTEGER NOT NULL CHECK (shard BETWEEN 0 AND 15),
  due_at    INTEGER NOT NULL,             -- when to decide again; the greatest: nothing moves by itself
  placed_at INTEGER NOT NULL,
  open      INTEGER NOT NULL,             -- open cases
  file      BLOB NOT NULL,
  PRIMARY KEY (merchant, order_id)
) STRICT;
CREATE INDEX orders_due ON orders (due_at) WHERE due_at < 9223372036854775807;

-- Append-only: one row a decision, each with the hash of the one before in its own.
CREATE TABLE history (
  merchant TEXT NOT NULL,
  order_id TEXT NOT NULL,
  seq      INTEGER NOT NULL CHECK (seq > 0),
  body     BLOB NOT NULL,
  hash     BLOB NOT NULL,
  PRIMARY KEY (merchant, order_id, seq)
) STRICT;

-- The identity of each fact taken in: the same source and id a second time changes nothing.
CREATE TABLE events (
  merchant TEXT NOT NULL,
  source   TEXT NOT NULL,
  id       TEXT NOT NULL,
  order_id TEXT NOT NULL,
  seq      INTEGER NOT NULL,
  PRIMARY KEY (merchant, source, id)
) STRICT, WITHOUT ROWID;

-- Which order a purchase or a parcel belongs to.
CREATE TABLE refs (
  merchant TEXT NOT NULL,
  kind     TEXT NOT NULL CHECK (kind IN ('purchase', 'parcel')),
  id       TEXT NOT NULL,
  order_id TEXT NOT NULL,
  PRIMARY KEY (merchant, kind, id)
) STRICT, WITHOUT ROWID;

-- Personal fields live here alone; everywhere else stand tokens that the salt makes. A person is erased by emptying
-- fields and salt, and the history still proves itself.
CREATE TABLE personal (
  merchant TEXT NOT NULL,
  order_id TEXT NOT NULL,
  salt     BLOB NOT NULL,
  fields   BLOB NOT NULL,
  PRIMARY KEY (merchant, order_id)
) STRICT;

-- Cases as they are looked for. All of it is in the order's file as well, and verify compares.
CREATE TABLE cases (
  merchant  TEXT NOT NULL,
  case_id   TEXT NOT NULL,
  order_id  TEXT NOT NULL,
  situation TEXT NOT NULL,
  status    TEXT NOT NULL CHECK (status IN ('open', 'closed')),
  outcome   TEXT NOT NULL,
  state     TEXT NOT NULL,
  waits     TEXT NOT NULL CHECK (waits IN ('', 'buyer', 'merchant')),  -- who was asked something
  quiet     INTEGER NOT NULL CHECK (quiet IN (0, 1)),
  due_at    INTEGER NOT NULL,
  opened_at INTEGER NOT NULL,
  closed_at INTEGER NOT NULL,
  supplier  TEXT NOT NULL,
  country   TEXT NOT NULL,
  channel   TEXT NOT NULL,
  currency  TEXT NOT NULL,
  amount    INTEGER NOT NULL,             -- what the buyer paid for its pieces, minor units
  policy    TEXT NOT NULL,               -- hash of the policy that it is pinned to
  PRIMARY KEY (merchant, case_id)
) STRICT;
-- The columns behind case_id are looked at while walking along, without the row.
CREATE INDEX cases_due       ON cases (merchant, status, due_at, case_id, currency, amount, country, channel);
CREATE INDEX cases_situation ON cases (merchant, status, situation, due_at, case_id);
CREATE INDEX cases_supplier  ON cases (merchant, supplier, status, due_at, case_id);
CREATE INDEX cases_waits     ON cases (merchant, status, waits, due_at, case_id) WHERE waits <> '';
CREATE INDEX cases_both      ON cases (merchant, status, waits, situation, due_at, case_id) WHERE waits <> '';
CREATE INDEX cases_opened    ON cases (merchant, opened_at, case_id, status, supplier, situation);
CREATE INDEX cases_amount    ON cases (merchant, status, amount, case_id);

-- Acts that were decided, each to be carried out once. See effect.go for what moves one on.
CREATE TABLE effects (
  merchant  TEXT NOT NULL,
  effect_id TEXT NOT NULL,               -- the key by which it happens once
  order_id  TEXT NOT NULL,
  case_id   TEXT NOT NULL,
  kind      TEXT NOT NULL,
  status    TEXT NOT NULL CHECK (status IN ('pending', 'sending', 'done', 'failed', 'unknown', 'dropped')),
  approval  TEXT NOT NULL CHECK (approval IN ('', 'needed', 'given', 'rejected')),
  at        INTEGER NOT NULL,             -- decided for
  due_at    INTEGER NOT NULL,             -- of a question: by when
  until     INTEGER NOT NULL,             -- while sending: then it is unknown
  moved_at  INTEGER NOT NULL,
  moved_by  TEXT NOT NULL,
  note      TEXT NOT NULL,
  body      BLOB NOT NULL,
  PRIMARY KEY (merchant, effect_id),
  CHECK (status <> 'sending' OR approval IN ('', 'given'))
) STRICT;
CREATE INDEX effects_status  ON effects (merchant, status, at, effect_id);
CREATE INDEX effects_sending ON effects (until) WHERE status = 'sending';

-- Who may come in. Only hashes are kept of what they show.
CREATE TABLE tokens (
  merchant   TEXT NOT NULL,
  hash       TEXT NOT NULL,
  name       TEXT NOT NULL,
  role       TEXT NOT NULL,
  kind       TEXT NOT NULL CHECK (kind IN ('api', 'link', 'session')),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at    INTEGER NOT NULL,
  PRIMARY KEY (merchant, hash)
) STRICT;

-- Which node works on what, until when. Not of a merchant: it stays local to the coordinator.
CREATE TABLE leases (
  name     TEXT NOT NULL PRIMARY KEY,
  holder   TEXT NOT NULL,
  until_at INTEGER NOT NULL
) STRICT;
