-- +goose Up
-- Letters that were taken in and not understood are tasks of the people who run the desk.
CREATE INDEX receipts_unread ON receipts (merchant, connection, at) WHERE status = 'done' AND note IN ('no_pattern', 'no_number', 'in_dsers');
