package store

import (
	"bytes"
	"database/sql"
	"time"

	"recourse"
)

// LetterStatus says how far a letter is.
type LetterStatus string

const (
	// LetterWritten: its words are there, and nothing of it has left.
	LetterWritten LetterStatus = "written"
	// LetterOffered: the mail server is being given it, or was when the program ended: it may have left.
	LetterOffered LetterStatus = "offered"
	// LetterSent: the mail server took it, or a copy of it came back to the merchant's own mailbox.
	LetterSent LetterStatus = "sent"
	// LetterRefused: the mail server would not have it.
	LetterRefused LetterStatus = "refused"
	// LetterBounced: it was taken, and a later mail said that it could not be delivered.
	LetterBounced LetterStatus = "bounced"
)

// Letter is a mail that an act sends. There is one for each act, whatever it takes to send it.
type Letter struct {
	Merchant   string
	ID         string // its Message-ID, without the angle brackets
	Order      string
	Case       string
	Effect     string
	Party      recourse.Party // whom it goes to
	Connection string
	Tag        string // of the address that an answer comes to; "" once erased
	Recipient  string // a keyed hash of the address; "" once erased
	Attempt    int64  // the one attempt that may offer it
	Status     LetterStatus
	At         time.Time // when it came to that status
	SentAt     time.Time // when it was offered last; zero: never
	Code       string    // why it was refused or came back
	Sealed     []byte    // what was written, sealed for [LetterPlace]; empty once erased
}

// LetterPlace is the place that a letter's words are sealed for.
func LetterPlace(merchant, letter string) string { return "letters/" + merchant + "/" + letter }

const letterColumns = `merchant, letter, order_id, case_id, effect_id, party, connection, tag, recipient, attempt, status, at, sent_at, code, body`

// PutLetter writes a letter down before anything of it leaves: nothing else than its attempt may offer it from now on.
// When it was offered last stays as it was.
func (tx *Tx) PutLetter(l *Letter) error {
	_, err := tx.exec(`INSERT INTO letters (`+letterColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'written', $11, $12, '', $13)
		ON CONFLICT (merchant, letter) DO UPDATE SET connection = excluded.connection, tag = excluded.tag, recipient = excluded.recipient, attempt = excluded.attempt,
		status = excluded.status, at = excluded.at, code = excluded.code, body = excluded.body`,
		l.Merchant, l.ID, l.Order, l.Case, l.Effect, string(l.Party), l.Connection, l.Tag, l.Recipient, l.Attempt, micros(l.At), int64(never), append([]byte{}, l.Sealed...))
	return err
}

// OfferLetter notes that a letter is about to be given to the mail server, and says whether the attempt is still the one
// that may: one that was thought dead and woke up may not.
func (tx *Tx) OfferLetter(l *Letter, now time.Time) (bool, error) {
	return tx.changed(`UPDATE letters SET status = 'offered', at = $4, sent_at = $4 WHERE merchant = $1 AND letter = $2 AND attempt = $3 AND status = 'written'`, l.Merchant, l.ID, l.Attempt, micros(now))
}

// SettleLetter notes how an attempt ended. What a bounce or the merchant's own copy has told meanwhile is left alone.
func (tx *Tx) SettleLetter(l *Letter, status LetterStatus, code string, now time.Time) error {
	_, err := tx.exec(`UPDATE letters SET status = $4, code = $5, at = $6 WHERE merchant = $1 AND letter = $2 AND attempt = $3 AND status IN ('written', 'offered')`,
		l.Merchant, l.ID, l.Attempt, string(status), code, micros(now))
	return err
}

// SeeLetter notes that a letter was seen on its way: sent, where nobody knew that for sure. It says whether it was news.
func (tx *Tx) SeeLetter(merchant, id string, now time.Time) (bool, error) {
	return tx.changed(`UPDATE letters SET status = 'sent', code = '', at = $3 WHERE merchant = $1 AND letter = $2 AND status IN ('written', 'offered')`, merchant, id, micros(now))
}

// BounceLetter notes that a letter came back, with the code of why.
func (tx *Tx) BounceLetter(merchant, id, code string, now time.Time) (bool, error) {
	return tx.changed(`UPDATE letters SET status = 'bounced', code = $3, at = $4 WHERE merchant = $1 AND letter = $2 AND status IN ('written', 'offered', 'sent')`, merchant, id, code, micros(now))
}

func (tx *Tx) changed(text string, args ...any) (bool, error) {
	res, err := tx.exec(text, args...)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// Letter reads a letter: false when there is none of that Message-ID.
func (tx *Tx) Letter(merchant, id string) (Letter, bool, error) {
	all, err := tx.letters(`merchant = $1 AND letter = $2`, merchant, id)
	if err != nil || len(all) == 0 {
		return Letter{}, false, err
	}
	return all[0], true, nil
}

// LettersOf are the letters of an order, the oldest first.
func (tx *Tx) LettersOf(k Key) ([]Letter, error) {
	return tx.letters(`merchant = $1 AND order_id = $2`, k.Merchant, k.Order)
}

// LetterByTag is the newest letter whose answers come to a tag: false when there is none.
func (tx *Tx) LetterByTag(merchant, tag string) (Letter, bool, error) {
	all, err := tx.letters(`merchant = $1 AND tag = $2 AND tag <> ''`, merchant, tag)
	if err != nil || len(all) == 0 {
		return Letter{}, false, err
	}
	return all[len(all)-1], true, nil
}

func (tx *Tx) letters(where string, args ...any) ([]Letter, error) {
	rows, err := tx.query(`SELECT `+letterColumns+` FROM letters WHERE `+where+` ORDER BY at, letter LIMIT 1000`, args...)
	if err != nil {
		return nil, err
	}
	var out []Letter
	return out, each(rows, func() error {
		var l Letter
		var at, sent int64
		var body sql.RawBytes
		if err := rows.Scan(&l.Merchant, &l.ID, &l.Order, &l.Case, &l.Effect, &l.Party, &l.Connection, &l.Tag, &l.Recipient, &l.Attempt, &l.Status, &at, &sent, &l.Code, &body); err != nil {
			return err
		}
		l.At, l.SentAt, l.Sealed = instant(at), instant(sent), bytes.Clone(body)
		out = append(out, l)
		return nil
	})
}

// mostCounted bounds what LettersTo looks at.
const mostCounted = 200

// LettersTo are the instants at which letters to a recipient left, or may have, since an instant: the oldest first.
func (tx *Tx) LettersTo(merchant, recipient string, since time.Time) ([]time.Time, error) {
	rows, err := tx.query(`SELECT sent_at FROM letters WHERE merchant = $1 AND recipient = $2 AND recipient <> '' AND sent_at >= $3 AND sent_at < $4 AND status IN ('offered', 'sent', 'bounced') ORDER BY sent_at LIMIT $5`,
		merchant, recipient, micros(since), int64(never), mostCounted)
	if err != nil {
		return nil, err
	}
	var out []time.Time
	return out, each(rows, func() error {
		var at int64
		err := rows.Scan(&at)
		out = append(out, instant(at))
		return err
	})
}

// OrdersKnown are those of some numbers that are orders of the merchant.
func (tx *Tx) OrdersKnown(merchant string, numbers []string) ([]string, error) {
	keys := make([][]string, len(numbers))
	for i, n := range numbers {
		keys[i] = []string{merchant, n}
	}
	var out []string
	return out, tx.lookup(`SELECT o.order_id FROM %s orders o WHERE o.merchant = k.k1 AND o.order_id = k.k2`, keys, func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		out = append(out, id)
		return err
	})
}
