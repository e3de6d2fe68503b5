-- +goose Up
-- When an act is looked at by who carries acts out; never: by nobody. What was decided before there were connections stays
-- with people, who may have done it already.
ALTER TABLE effects ADD COLUMN send_at BIGINT NOT NULL DEFAULT 9223372036854775807;
CREATE INDEX effects_send ON effects (send_at) WHERE send_at < 9223372036854775807;

-- How often a peer was asked for an act, and what it said. The row is there before the peer is asked.
CREATE TABLE attempts (
  merchant   TEXT NOT NULL,
  effect_id  TEXT NOT NULL,
  n          BIGINT NOT NULL,               -- from 1
  connection TEXT NOT NULL,
  key        TEXT NOT NULL,                 -- the act's name for the peer
  asked_at   BIGINT NOT NULL,
  ended_at   BIGINT NOT NULL,               -- never: nobody knows yet what came of it
  result     TEXT NOT NULL CHECK (result IN ('', 'done', 'taken', 'refused', 'later', 'unknown')),
  ref        TEXT NOT NULL,                 -- the peer's own id of what it made
  code       TEXT NOT NULL,
  detail     TEXT NOT NULL,                 -- what the peer said; nothing personal
  amount     BIGINT NOT NULL,               -- that the peer says it paid, minor units
  currency   TEXT NOT NULL,                 -- of it; empty: it does not say
  looks      BIGINT NOT NULL,               -- how often the peer was asked whether it happened
  looked_at  BIGINT NOT NULL,
  PRIMARY KEY (merchant, effect_id, n)
);
