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
  bytes    BIGINT NOT NULL,
  width    BIGINT NOT NULL,
  height   BIGINT NOT NULL,
  taken_at BIGINT NOT NULL,
  shown    BIGINT NOT NULL CHECK (shown IN (0, 1)),
  played   BIGINT NOT NULL CHECK (played IN (0, 1)),
  scan     TEXT NOT NULL CHECK (scan IN ('clean', 'waiting', 'infected')),
  sender   TEXT NOT NULL,
  told_by  TEXT NOT NULL,
  name     TEXT NOT NULL,
  at       BIGINT NOT NULL,
  hash     BIGINT NOT NULL,             -- perceptual; 0: none
  band0    BIGINT NOT NULL,             -- its four quarters, by which near ones are found
  band1    BIGINT NOT NULL,
  band2    BIGINT NOT NULL,
  band3    BIGINT NOT NULL,
  PRIMARY KEY (merchant, order_id, case_id, file)
);
CREATE INDEX evidence_case  ON evidence (merchant, case_id, at);
CREATE INDEX evidence_file  ON evidence (merchant, file);
CREATE INDEX evidence_scan  ON evidence (merchant, file) WHERE scan = 'waiting';
-- A photo is looked for among a million: what is compared stands in the index.
CREATE INDEX evidence_band0 ON evidence (merchant, band0, hash, order_id, case_id) WHERE hash <> 0;
CREATE INDEX evidence_band1 ON evidence (merchant, band1, hash, order_id, case_id) WHERE hash <> 0;
CREATE INDEX evidence_band2 ON evidence (merchant, band2, hash, order_id, case_id) WHERE hash <> 0;
CREATE INDEX evidence_band3 ON evidence (merchant, band3, hash, order_id, case_id) WHERE hash <> 0;
