-- +goose Up
-- The books in double entry: what each decision moved. See the room ledger. seq is the entry of the history; 0 opens the books
-- of an order that was there before they were.
CREATE TABLE postings (
  merchant  TEXT NOT NULL,
  order_id  TEXT NOT NULL,
  seq       BIGINT NOT NULL,
  n         BIGINT NOT NULL,
  at        BIGINT NOT NULL,
  account   TEXT NOT NULL,
  amount    BIGINT NOT NULL,              -- minor units; a debit is positive, a credit negative
  currency  TEXT NOT NULL,
  ref       TEXT NOT NULL,                 -- the refund or the recovery
  case_id   TEXT NOT NULL,
  situation TEXT NOT NULL,
  supplier  TEXT NOT NULL,
  channel   TEXT NOT NULL,
  PRIMARY KEY (merchant, order_id, seq, n)
);
CREATE INDEX postings_at ON postings (merchant, at, account, currency, amount, situation, supplier, channel);
-- Merchants whose orders of before are still to be opened, and how far that has come.
CREATE TABLE ledger_todo (
  merchant TEXT NOT NULL PRIMARY KEY,
  after    TEXT NOT NULL                   -- the order that was done last
);
INSERT INTO ledger_todo (merchant, after) SELECT merchant, '' FROM merchants WHERE EXISTS (SELECT 1 FROM orders WHERE orders.merchant = merchants.merchant);
