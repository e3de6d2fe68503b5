-- +goose Up
-- What a merchant set for their books: the currency that losses are told in beside their own, and the language of a dispute's dossier.
CREATE TABLE money_settings (
  merchant   TEXT NOT NULL PRIMARY KEY,
  home       TEXT NOT NULL,                -- an ISO 4217 code; empty: amounts stay in their own currencies
  bank_lang  TEXT NOT NULL,                -- of the words for banks; empty: by the country
  changed_at BIGINT NOT NULL,
  changed_by TEXT NOT NULL
);

-- Rows of a list that could not be read, as a file to be mended, for some days: any node can give it. It is cut into parts.
CREATE TABLE reject_files (
  merchant   TEXT NOT NULL,
  file       TEXT NOT NULL,                -- the import that it is of
  bytes      BIGINT NOT NULL,
  at         BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (merchant, file),
  FOREIGN KEY (merchant) REFERENCES merchants (merchant) ON DELETE CASCADE
);
CREATE INDEX reject_files_expires ON reject_files (expires_at);
CREATE TABLE reject_parts (
  merchant TEXT NOT NULL,
  file     TEXT NOT NULL,
  n        BIGINT NOT NULL,
  body     BYTEA NOT NULL,
  PRIMARY KEY (merchant, file, n),
  FOREIGN KEY (merchant, file) REFERENCES reject_files (merchant, file) ON DELETE CASCADE
);

-- The books are looked through once more: recoveries of unknown amount are in them now, and what left beyond a refund has its case.
INSERT INTO ledger_todo (merchant, after) SELECT merchant, '' FROM merchants WHERE EXISTS (SELECT 1 FROM orders WHERE orders.merchant = merchants.merchant)
  ON CONFLICT (merchant) DO UPDATE SET after = '';
