-- +goose Up
-- What people of the merchant keep beside a case: who looks after it, until when it sleeps, what came in and was not read.
ALTER TABLE cases ADD COLUMN assignee TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN snoozed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN unread INTEGER NOT NULL DEFAULT 0;
CREATE INDEX cases_assignee ON cases (merchant, assignee, status, due_at, case_id) WHERE assignee <> '';
