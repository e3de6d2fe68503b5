-- +goose Up
-- Figures for the shop's owner. Facts of a day of UTC are one body (see the room insight); what decisions have changed
-- since stands in insight_news until it is put to its days. Both together are right at any moment.
CREATE TABLE insight_days (
  merchant   TEXT NOT NULL,
  generation BIGINT NOT NULL,                 -- of the count that made it
  part       BIGINT NOT NULL,                 -- troubles, or trade
  day        BIGINT NOT NULL,                 -- days since 1970
  body       BYTEA NOT NULL,
  PRIMARY KEY (merchant, generation, part, day)
);
CREATE TABLE insight_news (
  merchant TEXT NOT NULL,
  id       TEXT NOT NULL,
  body     BYTEA NOT NULL,
  PRIMARY KEY (merchant, id)
);
-- Which generation of days is good. rolled counts how often days were written: who writes them compares it. wanted is 1 where
-- the history is still to be counted: orders that were there before the figures were.
CREATE TABLE insight_counts (
  merchant   TEXT NOT NULL PRIMARY KEY,
  generation BIGINT NOT NULL,
  rolled     BIGINT NOT NULL,
  wanted     BIGINT NOT NULL CHECK (wanted IN (0, 1))
);
INSERT INTO insight_counts (merchant, generation, rolled, wanted)
  SELECT merchant, 0, 0, 1 FROM merchants WHERE EXISTS (SELECT 1 FROM orders WHERE orders.merchant = merchants.merchant);
-- The shop's secret: a number that stands for a buyer cannot be turned back without it.
ALTER TABLE merchants ADD COLUMN salt BYTEA NOT NULL DEFAULT ''::bytea;
UPDATE merchants SET salt = uuid_send(gen_random_uuid());
-- Lists of what was settled in a span of time.
CREATE INDEX cases_closed ON cases (merchant, closed_at, case_id) WHERE status = 'closed';
