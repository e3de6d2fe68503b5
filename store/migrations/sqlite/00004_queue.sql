-- +goose Up
-- Whose turn it is: mine says that somebody of the shop has something to do with the case now, whatever the case's status;
-- approve counts the acts that wait for a person's yes, and approve_amount is the money among them, in the case's currency.
ALTER TABLE cases ADD COLUMN mine INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN approve INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN approve_amount INTEGER NOT NULL DEFAULT 0;
UPDATE cases SET approve = e.n FROM (SELECT merchant, case_id, COUNT(*) AS n FROM effects WHERE status = 'pending' AND approval = 'needed' GROUP BY merchant, case_id) AS e
  WHERE cases.merchant = e.merchant AND cases.case_id = e.case_id;
UPDATE cases SET mine = 1 WHERE (status = 'open' AND waits = 'merchant') OR approve > 0 OR unread > 0;
UPDATE cases SET mine = 1 FROM (SELECT DISTINCT merchant, case_id FROM effects WHERE status IN ('failed', 'unknown')) AS e
  WHERE cases.merchant = e.merchant AND cases.case_id = e.case_id;

-- The queue has what the shop's people must do first, so that every index of it has mine before the filter's own column.
-- Behind case_id stand the columns that are looked at while walking along.
DROP INDEX cases_due;
DROP INDEX cases_situation;
DROP INDEX cases_supplier;
DROP INDEX cases_waits;
DROP INDEX cases_both;
DROP INDEX cases_assignee;
CREATE INDEX cases_due       ON cases (merchant, status, mine, due_at, case_id, snoozed, currency, amount, country, channel, assignee);
CREATE INDEX cases_situation ON cases (merchant, status, mine, situation, due_at, case_id, snoozed);
CREATE INDEX cases_supplier  ON cases (merchant, supplier, status, mine, due_at, case_id, snoozed);
CREATE INDEX cases_waits     ON cases (merchant, status, mine, waits, due_at, case_id, snoozed) WHERE waits <> '';
CREATE INDEX cases_both      ON cases (merchant, status, mine, waits, situation, due_at, case_id, snoozed) WHERE waits <> '';
CREATE INDEX cases_assignee  ON cases (merchant, assignee, status, mine, due_at, case_id, snoozed) WHERE assignee <> '';
CREATE INDEX cases_approve   ON cases (merchant, status, mine, due_at, case_id, snoozed, approve, currency, approve_amount) WHERE approve > 0;
CREATE INDEX cases_unread    ON cases (merchant, status, mine, due_at, case_id, snoozed) WHERE unread > 0;
CREATE INDEX cases_snoozed   ON cases (merchant, status, mine, due_at, case_id, snoozed) WHERE snoozed > 0;

-- Views of the queue that people keep: the filters of an address under a name, for one person or for all.
CREATE TABLE views (
  merchant   TEXT NOT NULL,
  view_id    TEXT NOT NULL,
  owner      TEXT NOT NULL,               -- whose it is
  shared     INTEGER NOT NULL CHECK (shared IN (0, 1)),
  name       TEXT NOT NULL,
  filter     TEXT NOT NULL,               -- the query of the address
  created_at INTEGER NOT NULL,
  PRIMARY KEY (merchant, view_id)
) STRICT;

-- What is found by words. An order has one row; its words, each behind a mark of its merchant, are in words, under the
-- row's id. The words alone are kept there and not the texts: those stand in personal and in the order's file.
CREATE TABLE search (
  id       INTEGER PRIMARY KEY,           -- grows: a later order has a greater one
  merchant TEXT NOT NULL,
  order_id TEXT NOT NULL,
  UNIQUE (merchant, order_id)
) STRICT;
CREATE VIRTUAL TABLE words USING fts5 (terms, content='', contentless_delete=1, detail=none, tokenize='ascii');
-- Orders whose words have changed since they were put in, with the version that changed them: noted with the decision, put
-- in soon after, many at once. All that were there before are among them, and their cases are written again as well.
CREATE TABLE search_todo (
  merchant TEXT NOT NULL,
  order_id TEXT NOT NULL,
  version  INTEGER NOT NULL,
  cases    INTEGER NOT NULL CHECK (cases IN (0, 1)),
  PRIMARY KEY (merchant, order_id)
) STRICT, WITHOUT ROWID;
INSERT INTO search_todo (merchant, order_id, version, cases) SELECT merchant, order_id, version, 1 FROM orders;
