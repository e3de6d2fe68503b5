-- +goose Up
-- News for other systems, and who is told. The address and the secrets of a webhook are sealed with a key that is not in this
-- database. Notices are written for merchants that have somebody to tell.
ALTER TABLE merchants ADD COLUMN notices BIGINT NOT NULL DEFAULT 0; -- 1: somebody is told

CREATE TABLE webhooks (
  merchant     TEXT NOT NULL,
  webhook      TEXT NOT NULL,
  kind         TEXT NOT NULL CHECK (kind IN ('http', 'mirror')),
  connection   TEXT NOT NULL,              -- of a mirror: the shop
  name         TEXT NOT NULL,
  host         TEXT NOT NULL,              -- of the address, for people
  sealed       BYTEA NOT NULL,              -- the address and the secrets, JSON
  events       TEXT NOT NULL,              -- JSON: types, or families such as case.*; []: all
  personal     BIGINT NOT NULL,           -- 1: it is told who the buyer is
  status       TEXT NOT NULL CHECK (status IN ('active', 'paused', 'disabled')),
  reason       TEXT NOT NULL,              -- of disabled: a code
  created_at   BIGINT NOT NULL,
  created_by   TEXT NOT NULL,
  changed_at   BIGINT NOT NULL,
  changed_by   TEXT NOT NULL,
  wake_at      BIGINT NOT NULL,           -- when something is to be delivered
  lease_until  BIGINT NOT NULL,           -- one node delivers to it until then; 0: none does
  succeeded_at BIGINT NOT NULL,
  failed_at    BIGINT NOT NULL,
  failure      TEXT NOT NULL,              -- the code of what went wrong last; empty: nothing since
  failures     BIGINT NOT NULL,           -- in a row
  failing_at   BIGINT NOT NULL,           -- the first of them
  open_until   BIGINT NOT NULL,           -- it is left alone until then; 0: it is not
  PRIMARY KEY (merchant, webhook)
);
CREATE INDEX webhooks_wake ON webhooks (wake_at) WHERE status = 'active';

CREATE TABLE notices (
  merchant TEXT NOT NULL,
  notice   TEXT NOT NULL,
  order_id TEXT NOT NULL,
  place    BIGINT NOT NULL,               -- in the order's history: its entry, and its number there
  channel  TEXT NOT NULL,
  type     TEXT NOT NULL,
  at       BIGINT NOT NULL,
  fresh    BIGINT NOT NULL,               -- 1: not handed out yet
  body     BYTEA NOT NULL,                  -- the data, JSON; personal fields are tokens
  PRIMARY KEY (merchant, notice)
);
CREATE INDEX notices_fresh ON notices (merchant, order_id, place) WHERE fresh = 1;
CREATE INDEX notices_at    ON notices (merchant, at, notice);

-- One notice on its way to one webhook.
CREATE TABLE webhook_deliveries (
  merchant TEXT NOT NULL,
  webhook  TEXT NOT NULL,
  notice   TEXT NOT NULL,
  order_id TEXT NOT NULL,
  place    BIGINT NOT NULL,
  type     TEXT NOT NULL,
  at       BIGINT NOT NULL,
  status   TEXT NOT NULL CHECK (status IN ('waiting', 'done', 'failed')),
  next_at  BIGINT NOT NULL,               -- while waiting: when it is tried; also a lease of who tries it
  tries    BIGINT NOT NULL,               -- since it was last begun from the beginning
  ended_at BIGINT NOT NULL,
  attempts BYTEA NOT NULL,                  -- JSON: when, how it ended, how long it took
  answer   BYTEA NOT NULL,                  -- the beginning of the last answer, sealed; goes with the order's buyer
  PRIMARY KEY (merchant, webhook, notice)
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (merchant, webhook, next_at) WHERE status = 'waiting';
CREATE INDEX webhook_deliveries_lane ON webhook_deliveries (merchant, webhook, order_id, place) WHERE status = 'waiting';
CREATE INDEX webhook_deliveries_list ON webhook_deliveries (merchant, webhook, at, notice);
CREATE INDEX webhook_deliveries_failed ON webhook_deliveries (merchant, webhook, at, notice) WHERE status = 'failed';
CREATE INDEX webhook_deliveries_order ON webhook_deliveries (merchant, order_id);
