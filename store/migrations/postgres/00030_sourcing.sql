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
  changed_at BIGINT NOT NULL,
  changed_by TEXT NOT NULL,
  PRIMARY KEY (merchant, supplier)
);

-- What suppliers offer. A number of its own keeps the index of keys small.
CREATE TABLE offers (
  merchant  TEXT NOT NULL,
  offer     BIGINT NOT NULL,
  supplier  TEXT NOT NULL,
  sku       TEXT NOT NULL,                 -- the supplier's
  title     TEXT NOT NULL,
  price     BIGINT NOT NULL,              -- of one piece, minor units; 0: not known
  currency  TEXT NOT NULL,
  stock     BIGINT NOT NULL,              -- -1: not known
  lead_days BIGINT NOT NULL,
  weight_g  BIGINT NOT NULL,              -- 0: not known
  length_mm BIGINT NOT NULL,
  width_mm  BIGINT NOT NULL,
  height_mm BIGINT NOT NULL,
  line      TEXT NOT NULL,                 -- the shipping line that the supplier uses; empty: any
  url       TEXT NOT NULL,
  seen_at   BIGINT NOT NULL,              -- when it was last known to be so
  source    TEXT NOT NULL,                 -- the file, or who wrote it
  PRIMARY KEY (merchant, offer)
);
CREATE UNIQUE INDEX offers_supplier ON offers (merchant, supplier, sku);
CREATE INDEX offers_sku ON offers (merchant, sku);

-- By what an offer is found: see the room sourcing. The newest offers of a key are looked at first.
CREATE TABLE offer_keys (
  merchant TEXT NOT NULL,
  key      BIGINT NOT NULL,
  offer    BIGINT NOT NULL,
  PRIMARY KEY (merchant, key, offer)
);

-- What a person said of an offer and a SKU of the shop's.
CREATE TABLE substitutes (
  merchant TEXT NOT NULL,
  sku      TEXT NOT NULL,
  offer    BIGINT NOT NULL,
  link     TEXT NOT NULL CHECK (link IN ('same', 'similar', 'never')),
  at       BIGINT NOT NULL,
  told_by  TEXT NOT NULL,
  PRIMARY KEY (merchant, sku, offer)
);

-- What one unit of a currency was worth in another on a day: num of the quote for den of the base, minor units of both.
CREATE TABLE rates (
  merchant TEXT NOT NULL,
  base     TEXT NOT NULL,
  quote    TEXT NOT NULL,
  day      BIGINT NOT NULL,               -- days since 1970
  num      BIGINT NOT NULL,
  den      BIGINT NOT NULL,
  source   TEXT NOT NULL,
  PRIMARY KEY (merchant, base, quote, day)
);
