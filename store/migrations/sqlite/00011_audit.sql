-- +goose Up
-- Who changed what beside the orders, whose history is their own: people and their rights, links to buyers' pages, buyers
-- who were erased. Append-only.
CREATE TABLE audit (
  merchant TEXT NOT NULL,
  at       INTEGER NOT NULL,
  entry    TEXT NOT NULL,
  by_name  TEXT NOT NULL,               -- '': whoever runs the program
  what     TEXT NOT NULL,
  about    TEXT NOT NULL,               -- whom or what: a person's name, an order's number
  changes  TEXT NOT NULL,               -- JSON: fields, as they were and as they are
  PRIMARY KEY (merchant, at, entry)
) STRICT;
