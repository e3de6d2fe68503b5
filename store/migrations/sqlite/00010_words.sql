-- +goose Up
-- The words that a person put in place of a draft's, as the token that stands for them; '' for a template's own.
ALTER TABLE effects ADD COLUMN words TEXT NOT NULL DEFAULT '';
