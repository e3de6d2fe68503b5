-- +goose Up
-- The words that a person put in place of a draft's, as the token that stands for them; '' for a template's own.
ALTER TABLE effects ADD COLUMN words TEXT NOT NULL DEFAULT '';

-- Which note calls whom: the note itself stands in the history, at that place.
CREATE TABLE mentions (
  merchant TEXT NOT NULL,
  person   TEXT NOT NULL,               -- by the name that stands in the history
  order_id TEXT NOT NULL,
  seq      BIGINT NOT NULL,
  case_id  TEXT NOT NULL,
  at       BIGINT NOT NULL,
  seen_at  BIGINT NOT NULL,             -- 9223372036854775807: not yet
  PRIMARY KEY (merchant, person, order_id, seq),
  FOREIGN KEY (merchant, order_id, seq) REFERENCES history (merchant, order_id, seq)
);
CREATE INDEX mentions_seen ON mentions (merchant, person, seen_at, at);
