-- +goose Up
-- What an account still holds, item by item: recoveries that are awaited are looked for by it.
CREATE INDEX postings_account ON postings (merchant, account, ref);
