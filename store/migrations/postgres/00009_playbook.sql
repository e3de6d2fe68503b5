-- +goose Up
-- Which policy was put to work when, and by whom: numbered from 1 for each merchant. A policy may come back under another
-- number. The number is also what keeps two people from saving over each other: only one of them gets the next.
CREATE TABLE versions (
  merchant TEXT NOT NULL,
  number   BIGINT NOT NULL CHECK (number > 0),
  policy   TEXT NOT NULL,
  at       BIGINT NOT NULL,
  by_name  TEXT NOT NULL,
  note     TEXT NOT NULL,               -- what it was made for, in the words of who made it
  PRIMARY KEY (merchant, number),
  FOREIGN KEY (merchant, policy) REFERENCES policies (merchant, hash)
);
INSERT INTO versions (merchant, number, policy, at, by_name, note)
  SELECT p.merchant, ROW_NUMBER() OVER (PARTITION BY p.merchant ORDER BY (p.hash = m.policy), p.created_at, p.hash), p.hash, p.created_at, p.created_by, ''
  FROM policies p JOIN merchants m ON m.merchant = p.merchant;
-- The file that a playbook was loaded from, comments and all. It decides nothing.
ALTER TABLE playbooks ADD COLUMN source BYTEA NOT NULL DEFAULT '';
-- What is open where, and under what.
CREATE INDEX cases_state  ON cases (merchant, status, state, due_at, case_id);
CREATE INDEX cases_policy ON cases (merchant, status, policy);
-- The newest orders, to try a policy on.
CREATE INDEX orders_placed ON orders (merchant, placed_at);
