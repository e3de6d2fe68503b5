-- +goose Up
-- Tracking numbers that a tracking service is to watch, is watching, or has watched. Nothing personal.
CREATE TABLE trackings (
  merchant      TEXT NOT NULL,
  tracking      TEXT NOT NULL,
  connection    TEXT NOT NULL,             -- the service's
  order_id      TEXT NOT NULL,
  parcel        TEXT NOT NULL,
  carrier       TEXT NOT NULL,
  status        TEXT NOT NULL CHECK (status IN ('waiting', 'watched', 'refused', 'over')),
  ref           TEXT NOT NULL,             -- the service's own id; empty: none
  added_at      INTEGER NOT NULL,
  registered_at INTEGER NOT NULL,          -- never: not yet
  scanned_at    INTEGER NOT NULL,          -- the parcel's newest sign of life
  parcel_status TEXT NOT NULL,
  state         TEXT NOT NULL,             -- the service's own word, where it was asked
  failure       TEXT NOT NULL,             -- a code: why it is not watched, or is silent; empty: nothing is wrong
  detail        TEXT NOT NULL,             -- the service's words
  tries         INTEGER NOT NULL,
  next_at       INTEGER NOT NULL,          -- when something is to be done about it
  PRIMARY KEY (merchant, tracking)
) STRICT, WITHOUT ROWID;
CREATE INDEX trackings_due  ON trackings (next_at) WHERE status IN ('waiting', 'watched');
CREATE INDEX trackings_live ON trackings (merchant, connection, scanned_at) WHERE status <> 'over';

-- How far the parcels that were known before a tracking connection was made were looked through for it.
CREATE TABLE tracking_sweeps (
  merchant   TEXT NOT NULL,
  connection TEXT NOT NULL,
  after_id   TEXT NOT NULL,                -- the last parcel that was looked at
  done       INTEGER NOT NULL,             -- 1: all were
  PRIMARY KEY (merchant, connection)
) STRICT, WITHOUT ROWID;
