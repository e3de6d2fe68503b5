-- +goose Up
-- Shipping lines of a merchant's own; one with the id of a line that everybody has stands in its place.
CREATE TABLE shipping_lines (
  merchant   TEXT NOT NULL,
  line       TEXT NOT NULL,
  body       TEXT NOT NULL,                -- JSON, as the room sourcing has it
  changed_at BIGINT NOT NULL,
  changed_by TEXT NOT NULL,
  PRIMARY KEY (merchant, line)
);
