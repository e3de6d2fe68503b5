-- +goose Up
-- Letters that left by mail, or are about to: one for each act that writes. What was written, and to whom, is sealed, and
-- goes with the order's buyer.
CREATE TABLE letters (
  merchant   TEXT NOT NULL,
  letter     TEXT NOT NULL,                -- its Message-ID, the same at every attempt
  order_id   TEXT NOT NULL,
  case_id    TEXT NOT NULL,
  effect_id  TEXT NOT NULL,                -- the act that sends it
  party      TEXT NOT NULL,                -- whom it goes to
  connection TEXT NOT NULL,                -- that it leaves by
  tag        TEXT NOT NULL,                -- of the address that an answer comes to; empty once erased
  recipient  TEXT NOT NULL,                -- a keyed hash of the address; empty once erased
  attempt    BIGINT NOT NULL,             -- the one attempt that may offer it
  status     TEXT NOT NULL CHECK (status IN ('written', 'offered', 'sent', 'refused', 'bounced')),
  at         BIGINT NOT NULL,             -- when it came to that status
  sent_at    BIGINT NOT NULL,             -- when it was offered last
  code       TEXT NOT NULL,                -- why it was refused or came back
  body       BYTEA NOT NULL,                -- sealed; empty once erased
  PRIMARY KEY (merchant, letter)
);
CREATE INDEX letters_order     ON letters (merchant, order_id);
CREATE INDEX letters_tag       ON letters (merchant, tag)                WHERE tag <> '';
CREATE INDEX letters_recipient ON letters (merchant, recipient, sent_at) WHERE recipient <> '';
