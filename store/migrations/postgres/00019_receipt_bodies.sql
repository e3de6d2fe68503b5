-- +goose Up
-- What a delivery said stands apart from what became of it: the row of a receipt is written three times, its body once.
CREATE TABLE receipt_bodies (
  merchant   TEXT NOT NULL,
  connection TEXT NOT NULL,
  receipt    TEXT NOT NULL,
  at         BIGINT NOT NULL,
  body       BYTEA NOT NULL,                -- headers that count, and the body, sealed
  PRIMARY KEY (merchant, connection, receipt)
);
CREATE INDEX receipt_bodies_age ON receipt_bodies (merchant, connection, at);
INSERT INTO receipt_bodies SELECT merchant, connection, receipt, at, body FROM receipts WHERE length(body) > 0;
ALTER TABLE receipts DROP COLUMN body;
CREATE INDEX receipts_failed ON receipts (merchant, connection, at) WHERE status = 'failed';

-- What is kept of a buyer, for the buyer who asked the shop for it; an order a row, so that it goes with the order's buyer.
CREATE TABLE exports (
  merchant   TEXT NOT NULL,
  connection TEXT NOT NULL,
  receipt    TEXT NOT NULL,                -- by which it was asked for
  order_id   TEXT NOT NULL,
  at         BIGINT NOT NULL,
  body       BYTEA NOT NULL,                -- JSON, sealed
  PRIMARY KEY (merchant, connection, receipt, order_id)
);
CREATE INDEX exports_order ON exports (merchant, order_id);

-- An order is found by the shop's own id of it, too.
ALTER TABLE refs DROP CONSTRAINT refs_kind_check;
ALTER TABLE refs ADD CONSTRAINT refs_kind_check CHECK (kind IN ('purchase', 'parcel', 'shop'));
