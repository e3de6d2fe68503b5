-- +goose Up
-- Photos and videos that were handed in, by the SHA-256 of their content; the files themselves stand elsewhere. A file may
-- be evidence in several cases. name is personal, as the file is: both go when the order's buyer is erased.
CREATE TABLE evidence (
  merchant TEXT NOT NULL,
  order_id TEXT NOT NULL,
  case_id  TEXT NOT NULL,               -- '': of the order as a whole
  file     TEXT NOT NULL,
  kind     TEXT NOT NULL CHECK (kind IN ('photo', 'video')),
  type     TEXT NOT NULL,
  bytes    INTEGER NOT NULL,
  width    INTEGER NOT NULL,
  height   INTEGER NOT NULL,
  taken_at INTEGER NOT NULL,
  shown    INTEGER NOT NULL CHECK (shown IN (0, 1)),
  played   INTEGER NOT NULL CHECK (played IN (0, 1)),
  scan     TEXT NOT NULL CHECK (scan IN ('clean', 'waiting', 'infected')),
  sender   TEXT NOT NULL,
  told_by  TEXT NOT NULL,
  name     TEXT NOT NULL,
  at       INTEGER NOT NULL,
  hash     INTEGER NOT NULL,             -- perceptual; 0: none
  band0    INTEGER NOT NULL,             -- its four quarters, by which near ones are found
  band1    INTEGER NOT NULL,
  band2    INTEGER NOT NULL,
  band3    INTEGER NOT NULL,
  PRIMARY KEY (merchant, order_id, case_id, file)
) STRICT;
CREATE INDEX evidence_case  ON evidence (merchant, case_id, at);
CREATE INDEX evidence_file  ON evidence (merchant, file);
CREATE INDEX evidence_scan  ON evidence (merchant, file) WHERE scan = 'waiting';
-- A photo is looked for among a million: what is compared stands in the index.
CREATE INDEX evidence_band0 ON evidence (merchant, band0, hash, order_id, case_id) WHERE hash <> 0;
CREATE INDEX evidence_band1 ON evidence (merchant, band1, hash, order_id, case_id) WHERE hash <> 0;
CREATE INDEX evidence_band2 ON evidence (merchant, band2, hash, order_id, case_id) WHERE hash <> 0;
CREATE INDEX evidence_band3 ON evidence (merchant, band3, hash, order_id, case_id) WHERE hash <> 0;
