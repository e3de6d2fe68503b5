-- +goose Up
-- Links to outside systems. Secrets are sealed with a key that is not in this database.
CREATE TABLE connections (
  merchant   TEXT NOT NULL,
  connection TEXT NOT NULL,
  kind       TEXT NOT NULL,
  name       TEXT NOT NULL,
  settings   TEXT NOT NULL,                -- JSON
  secrets    BLOB NOT NULL,                -- sealed JSON; empty: none
  status     TEXT NOT NULL CHECK (status IN ('active', 'paused', 'gone')),
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  changed_by TEXT NOT NULL,
  heard_at   INTEGER NOT NULL,             -- the last delivery
  said_at    INTEGER NOT NULL,             -- the last call of ours that succeeded
  failure    TEXT NOT NULL,                -- the code of what went wrong last; empty: nothing since
  failed_at  INTEGER NOT NULL,
  failures   INTEGER NOT NULL,             -- in a row
  open_until INTEGER NOT NULL,             -- the circuit is open until then
  refused    INTEGER NOT NULL,             -- deliveries with a wrong signature
  refused_at INTEGER NOT NULL,
  bookmark   TEXT NOT NULL,                -- how far a poller has come
  poll_at    INTEGER NOT NULL,             -- when it is to look again
  PRIMARY KEY (merchant, connection)
) STRICT;
CREATE INDEX connections_poll ON connections (poll_at) WHERE status = 'active';

-- Deliveries as they came. The body (with the headers that count) is sealed and goes with the order's buyer, or with age.
CREATE TABLE receipts (
  merchant   TEXT NOT NULL,
  connection TEXT NOT NULL,
  receipt    TEXT NOT NULL,                -- the peer's id of the delivery: the same is taken in once
  topic      TEXT NOT NULL,
  at         INTEGER NOT NULL,
  status     TEXT NOT NULL CHECK (status IN ('waiting', 'done', 'unknown', 'failed')),
  next_at    INTEGER NOT NULL,             -- while waiting: when it is read; also a lease of who reads it
  tries      INTEGER NOT NULL,
  order_id   TEXT NOT NULL,                -- that it is about; empty: not known
  events     INTEGER NOT NULL,             -- facts that it became
  note       TEXT NOT NULL,                -- a code: why nothing followed, or what went wrong
  detail     TEXT NOT NULL,                -- for a person; nothing personal
  body       BLOB NOT NULL,
  PRIMARY KEY (merchant, connection, receipt)
) STRICT;
CREATE INDEX receipts_waiting ON receipts (next_at) WHERE status = 'waiting';
CREATE INDEX receipts_list    ON receipts (merchant, connection, at, receipt);
CREATE INDEX receipts_order   ON receipts (merchant, order_id) WHERE order_id <> '';
