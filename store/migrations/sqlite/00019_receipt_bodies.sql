-- +goose Up
-- What a delivery said stands apart from what became of it: the row of a receipt is written three times, its body once.
CREATE TABLE receipt_bodies (
  merchant   TEXT NOT NULL,
  connection TEXT NOT NULL,
  receipt    TEXT NOT NULL,
  at         INTEGER NOT NULL,
  body       BLOB NOT NULL,                -- headers that count, and the body, sealed
  PRIMARY KEY (merchant, connection, receipt)
) STRICT;
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
  at         INTEGER NOT NULL,
  body       BLOB NOT NULL,                -- JSON, sealed
  PRIMARY KEY (merchant, connection, receipt, order_id)
) STRICT;
CREATE INDEX exports_order ON exports (merchant, order_id);

-- An order is found by the shop's own id of it, too. Here a check cannot be changed: the table is written anew.
CREATE TABLE refs_new (
  merchant TEXT NOT NULL,
  kind     TEXT NOT NULL CHECK (kind IN ('purchase', 'parcel', 'shop')),
  id       TEXT NOT NULL,
  order_id TEXT NOT NULL,
  PRIMARY KEY (merchant, kind, id)
) STRICT, WITHOUT ROWID;
INSERT INTO refs_new SELECT merchant, kind, id, order_id FROM refs;
DROP TABLE refs;
ALTER TABLE refs_new RENAME TO refs;
