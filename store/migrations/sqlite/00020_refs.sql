-- +goose Up
-- An order is found by the shop's own id of it as well: what a shop asks about its buyers names its orders so.
ALTER TABLE refs RENAME TO refs_before;
CREATE TABLE refs (
  merchant TEXT NOT NULL,
  kind     TEXT NOT NULL CHECK (kind IN ('purchase', 'parcel', 'order')),
  id       TEXT NOT NULL,
  order_id TEXT NOT NULL,
  PRIMARY KEY (merchant, kind, id)
) STRICT, WITHOUT ROWID;
INSERT INTO refs SELECT merchant, kind, id, order_id FROM refs_before;
DROP TABLE refs_before;
