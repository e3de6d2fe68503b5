-- +goose Up
-- Acts that look for other offers and were not looked at yet.
CREATE TABLE searches (
  merchant  TEXT NOT NULL,
  effect_id TEXT NOT NULL,
  order_id  TEXT NOT NULL,
  case_id   TEXT NOT NULL,
  PRIMARY KEY (merchant, effect_id)
) STRICT;
