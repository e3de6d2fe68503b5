-- +goose Up
-- Nobody asks by it: settled cases are counted from their days. On SQLite it was worse than idle. With an index for one status
-- alone each statement that is given a status has to be planned again whenever it is given values.
DROP INDEX cases_closed;
