-- +goose Up
-- An order is found by the shop's own id of it as well: what a shop asks about its buyers names its orders so.
ALTER TABLE refs DROP CONSTRAINT refs_kind_check;
ALTER TABLE refs ADD CONSTRAINT refs_kind_check CHECK (kind IN ('purchase', 'parcel', 'order'));
