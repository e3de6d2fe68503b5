-- +goose Up
-- The key that a merchant's links to buyers' pages are signed with. It is made with the first link and stays: the same
-- link is written into every later message.
CREATE TABLE link_keys (
  merchant   TEXT NOT NULL PRIMARY KEY,
  key        BYTEA NOT NULL,
  created_at BIGINT NOT NULL
);

-- Links to the buyer's page of an order.
CREATE TABLE links (
  merchant   TEXT NOT NULL,
  link       TEXT NOT NULL,
  order_id   TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  expires_at BIGINT NOT NULL,
  revoked_at BIGINT NOT NULL,
  seen_at    BIGINT NOT NULL,             -- when it was last opened
  PRIMARY KEY (merchant, link)
);
CREATE INDEX links_order ON links (merchant, order_id, expires_at);

-- Files on their way from a buyer: what has come so far is with the evidence.
CREATE TABLE uploads (
  merchant   TEXT NOT NULL,
  upload     TEXT NOT NULL,
  link       TEXT NOT NULL,
  case_id    TEXT NOT NULL,
  name       TEXT NOT NULL,
  size       BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  file       TEXT NOT NULL,                -- the SHA-256 of what came, once it is whole; empty: it is on its way
  PRIMARY KEY (merchant, upload),
  FOREIGN KEY (merchant, link) REFERENCES links (merchant, link)
);
CREATE INDEX uploads_link ON uploads (merchant, link, expires_at);
CREATE INDEX uploads_expired ON uploads (merchant, expires_at);
