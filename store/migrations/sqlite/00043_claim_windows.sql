-- +goose Up
-- Until when a claim can be filed: the merchant's own rows, for one supplier, a marketplace, or everybody; for one problem, or all.
CREATE TABLE claim_windows (
  merchant    TEXT NOT NULL,
  supplier    TEXT NOT NULL,               -- empty: every supplier of the marketplace
  marketplace TEXT NOT NULL,               -- empty: every marketplace
  problem     TEXT NOT NULL,               -- a situation; empty: whatever buyers report
  start       TEXT NOT NULL,               -- ordered, shipped or delivered
  days        INTEGER NOT NULL,
  country     TEXT NOT NULL,               -- whose business days; empty: calendar days
  warn_days   INTEGER NOT NULL,
  unsure      INTEGER NOT NULL,
  source      TEXT NOT NULL,
  note        TEXT NOT NULL,
  changed_at  INTEGER NOT NULL,
  changed_by  TEXT NOT NULL,
  PRIMARY KEY (merchant, supplier, marketplace, problem)
) STRICT;
-- The marketplace of a supplier; of the empty supplier: of all for which nothing else is known.
CREATE TABLE supplier_marketplaces (
  merchant    TEXT NOT NULL,
  supplier    TEXT NOT NULL,
  marketplace TEXT NOT NULL,
  PRIMARY KEY (merchant, supplier)
) STRICT;
-- Counts what changes the windows of a merchant's suppliers, so that every node reads them anew.
CREATE TABLE claim_window_versions (
  merchant TEXT NOT NULL PRIMARY KEY,
  version  INTEGER NOT NULL
) STRICT;
-- The claim window of each case that has one, as its file stands.
CREATE TABLE claims (
  merchant    TEXT NOT NULL,
  case_id     TEXT NOT NULL,
  order_id    TEXT NOT NULL,
  situation   TEXT NOT NULL,
  purchase_id TEXT NOT NULL,
  parcel_id   TEXT NOT NULL,
  supplier    TEXT NOT NULL,
  marketplace TEXT NOT NULL,
  dispute     INTEGER NOT NULL,             -- the date by which a bank is to be answered
  start       TEXT NOT NULL,
  days        INTEGER NOT NULL,
  country     TEXT NOT NULL,
  rule        TEXT NOT NULL,
  unsure      INTEGER NOT NULL,
  from_at     INTEGER NOT NULL,
  warn_at     INTEGER NOT NULL,
  ends_at     INTEGER NOT NULL,
  filed_at    INTEGER NOT NULL,
  amount      INTEGER NOT NULL,
  currency    TEXT NOT NULL,
  PRIMARY KEY (merchant, case_id)
) STRICT;
CREATE INDEX claims_ends ON claims (merchant, ends_at, case_id);
-- Merchants whose open cases are to be looked at since their windows have changed, and how far that has come.
CREATE TABLE claims_todo (
  merchant TEXT NOT NULL PRIMARY KEY,
  after    TEXT NOT NULL
) STRICT;
INSERT INTO claims_todo (merchant, after) SELECT merchant, '' FROM merchants WHERE EXISTS (SELECT 1 FROM orders WHERE orders.merchant = merchants.merchant);
