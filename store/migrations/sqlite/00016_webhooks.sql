-- +goose Up
-- News for other systems, and who is told. The address and the secrets of a webhook are sealed with a key that is not in this
-- database. Notices are written for merchants that have somebody to tell.
ALTER TABLE merchants ADD COLUMN notices INTEGER NOT NULL DEFAULT 0; -- 1: somebody is told

CREATE TABLE webhooks (
  merchant     TEXT NOT NULL,
  webhook      TEXT NOT NULL,
  kind         TEXT NOT NULL CHECK (kind IN ('http', 'mirror')),
  connection   TEXT NOT NULL,              -- of a mirror: the shop
  name         TEXT NOT NULL,
  host         TEXT NOT NULL,              -- of the address, for people
  sealed       BLOB NOT NULL,              -- the address and the secrets, JSON
  events       TEXT NOT NULL,              -- JSON: types, or families such as case.*; []: all
  personal     INTEGER NOT NULL,           -- 1: it is told who the buyer is
  status       TEXT NOT NULL CHECK (status IN ('active', 'paused', 'disabled')),
  reason       TEXT NOT NULL,              -- of disabled: a code
  created_at   INTEGER NOT NULL,
  created_by   TEXT NOT NULL,
  changed_at   INTEGER NOT NULL,
  changed_by   TEXT NOT NULL,
  wake_at      INTEGER NOT NULL,           -- when something is to be delivered
  lease_until  INTEGER NOT NULL,           -- one node delivers to it until then; 0: none does
  succeeded_at INTEGER NOT NULL,
  failed_at    INTEGER NOT NULL,
  failure      TEXT NOT NULL,              -- the code of what went wrong last; empty: nothing since
  failures     INTEGER NOT NULL,           -- in a row
  failing_at   INTEGER NOT NULL,           -- the first of them
  open_until   INTEGER NOT NULL,           -- it is left alone until then; 0: it is not
  PRIMARY KEY (merchant, webhook)
) STRICT;
CREATE INDEX webhooks_wake ON webhooks (wake_at) WHERE status = 'active';

CREATE TABLE notices (
  merchant TEXT NOT NULL,
  notice   TEXT NOT NULL,
  order_id TEXT NOT NULL,
  place    INTEGER NOT NULL,               -- in the order's history: its entry, and its number there
  channel  TEXT NOT NULL,
  type     TEXT NOT NULL,
  at       INTEGER NOT NULL,
  fresh    INTEGER NOT NULL,               -- 1: not handed out yet
  body     BLOB NOT NULL,                  -- the data, JSON; personal fields are tokens
  PRIMARY KEY (merchant, notice)
) STRICT;
CREATE INDEX notices_fresh ON notices (merchant, order_id, place) WHERE fresh = 1;
CREATE INDEX notices_at    ON notices (merchant, at, notice);

-- One notice on its way to one webhook.
CREATE TABLE webhook_deliveries (
  merchant TEXT NOT NULL,
  webhook  TEXT NOT NULL,
  notice   TEXT NOT NULL,
  order_id TEXT NOT NULL,
  place    INTEGER NOT NULL,
  type     TEXT NOT NULL,
  at       INTEGER NOT NULL,
  status   TEXT NOT NULL CHECK (status IN ('waiting', 'done', 'failed')),
  next_at  INTEGER NOT NULL,               -- while waiting: when it is tried; also a lease of who tries it
  tries    INTEGER NOT NULL,               -- since it was last begun from the beginning
  ended_at INTEGER NOT NULL,
  attempts BLOB NOT NULL,                  -- JSON: when, how it ended, how long it took
  answer   BLOB NOT NULL,                  -- the beginning of the last answer, sealed; goes with the order's buyer
  PRIMARY KEY (merchant, webhook, notice)
) STRICT;
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (merchant, webhook, next_at) WHERE status = 'waiting';
CREATE INDEX webhook_deliveries_lane ON webhook_deliveries (merchant, webhook, order_id, place) WHERE status = 'waiting';
CREATE INDEX webhook_deliveries_list ON webhook_deliveries (merchant, webhook, at, notice);
CREATE INDEX webhook_deliveries_failed ON webhook_deliveries (merchant, webhook, at, notice) WHERE status = 'failed';
CREATE INDEX webhook_deliveries_order ON webhook_deliveries (merchant, order_id);
