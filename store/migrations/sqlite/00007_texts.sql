-- +goose Up
-- The merchant's own words, in place of the program's or in languages that it has not. Every change is kept with who made
-- it; of each key the newest version counts, and an empty text gives it back to the program.
CREATE TABLE text_versions (
  merchant   TEXT NOT NULL,
  version    INTEGER NOT NULL CHECK (version > 0),
  language   TEXT NOT NULL,
  changed_at INTEGER NOT NULL,
  changed_by TEXT NOT NULL,
  PRIMARY KEY (merchant, version)
) STRICT;
CREATE TABLE texts (
  merchant TEXT NOT NULL,
  language TEXT NOT NULL,
  key      TEXT NOT NULL,
  version  INTEGER NOT NULL,
  text     TEXT NOT NULL,
  PRIMARY KEY (merchant, language, key, version),
  FOREIGN KEY (merchant, version) REFERENCES text_versions (merchant, version)
) STRICT;
