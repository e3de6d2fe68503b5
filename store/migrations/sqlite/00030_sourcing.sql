-- +goose Up
-- Where goods are bought. The id is the name that purchases have; one that was merged stays, and leads to the other.
CREATE TABLE suppliers (
  merchant   TEXT NOT NULL,
  supplier   TEXT NOT NULL,
  name       TEXT NOT NULL,
  email      TEXT NOT NULL,
  language   TEXT NOT NULL,
  url        TEXT NOT NULL,
  note       TEXT NOT NULL,
  merged     TEXT NOT NULL,                -- into that one; empty: it was not
  changed_at INTEGER NOT NULL,
  changed_by TEXT NOT NULL,
  PRIMARY KEY (merchant, supplier)
) STRICT;

-- What suppliers offer. A number of its own keeps the index of keys small.
CREATE TABLE offers (
  merchant  TEXT NOT NULL,
  offer     INTEGER NOT NULL,
  supplier  TEXT NOT NULL,
  sku       TEXT NOT NULL,                 -- the supplier's
  title     TEXT NOT NULL,
  price     INTEGER NOT NULL,              -- of one piece, minor units; 0: not known
  currency  TEXT NOT NULL,
  stock     INTEGER NOT NULL,              -- -1: not known
  lead_days INTEGER NOT NULL,
  weight_g  INTEGER NOT NULL,              -- 0: not known
  length_mm INTEGER NOT NULL,
  width_mm  INTEGER NOT NULL,
  height_mm INTEGER NOT NULL,
  line      TEXT NOT NULL,                 -- the shipping line that the supplier uses; empty: any
  url       TEXT NOT NULL,
  seen_at   INTEGER NOT NULL,              -- when it was last known to be so
  source    TEXT NOT NULL,                 -- the file, or who wrote it
  PRIMARY KEY (merchant, offer)
) STRICT;
CREATE UNIQUE INDEX offers_supplier ON offers (merchant, supplier, sku);
CREATE INDEX offers_sku ON offers (merchant, sku);

-- By what an offer is found: see the room sourcing. The newest offers of a key are looked at first.
CREATE TABLE offer_keys (
  merchant TEXT NOT NULL,
  key      INTEGER NOT NULL,
  offer    INTEGER NOT NULL,
  PRIMARY KEY (merchant, key, offer)
) STRICT, WITHOUT ROWID;

-- What a person said of an offer and a SKU of the shop's.
CREATE TABLE substitutes (
  merchant TEXT NOT NULL,
  sku      TEXT NOT NULL,
  offer    INTEGER NOT NULL,
  link     TEXT NOT NULL CHECK (link IN ('same', 'similar', 'never')),
  at       INTEGER NOT NULL,
  told_by  TEXT NOT NULL,
  PRIMARY KEY (merchant, sku, offer)
) STRICT;

-- What one unit of a currency was worth in another on a day: num of the quote for den of the base, minor units of both.
CREATE TABLE rates (
  merchant TEXT NOT NULL,
  base     TEXT NOT NULL,
  quote    TEXT NOT NULL,
  day      INTEGER NOT NULL,               -- days since 1970
  num      INTEGER NOT NULL,
  den      INTEGER NOT NULL,
  source   TEXT NOT NULL,
  PRIMARY KEY (merchant, base, quote, day)
) STRICT;
