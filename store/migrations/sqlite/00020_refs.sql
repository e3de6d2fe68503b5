-- +goose Up
-- An order is found by the shop's own id of it as well: what a shop asks about its buyers names its orders so.
CREATE TABLE refs_new (
  merchant TEXT NOT NULL,
  kind     TEXT NOT NULL CHECK (kind IN ('purchase', 'parcel', 'order')),
  id       TEXT NOT NULL,
  order_id TEXT NOT NULL,
  PRIMARY KEY (merchant, kind, id)
) STRICT, WITHOUT ROWID;
INSERT INTO refs_new SELECT merchant, kind, id, order_id FROM refs;
DROP TABLE refs;
ALTER TABLE refs_new RENAME TO refs;
