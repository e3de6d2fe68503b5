package store

import (
	"time"

	"recourse"
)

// MoneySettings are what a merchant set for their books.
type MoneySettings struct {
	Home      recourse.Currency // that losses are told in beside their own; "": none
	BankLang  string            // of a dossier for a bank; "": by the country
	ChangedAt time.Time
	ChangedBy string
}

// MoneySettings reads them; zero where none were set.
func (tx *Tx) MoneySettings(merchant string) (m MoneySettings, err error) {
	rows, err := tx.query(`SELECT home, bank_lang, changed_at, changed_by FROM money_settings WHERE merchant = $1`, merchant)
	if err != nil {
		return m, err
	}
	return m, each(rows, func() error {
		var at int64
		err := rows.Scan(&m.Home, &m.BankLang, &at, &m.ChangedBy)
		m.ChangedAt = instant(at)
		return err
	})
}

// PutMoneySettings keeps them, in place of those before.
func (tx *Tx) PutMoneySettings(merchant string, m MoneySettings) error {
	_, err := tx.exec(`INSERT INTO money_settings (merchant, home, bank_lang, changed_at, changed_by) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (merchant) DO UPDATE SET home = excluded.home, bank_lang = excluded.bank_lang, changed_at = excluded.changed_at, changed_by = excluded.changed_by`,
		merchant, string(m.Home), m.BankLang, micros(m.ChangedAt), m.ChangedBy)
	return err
}

// RatesInto are the rates of every currency to one, of some days, by currency and in the order of days. Where a rate was told the
// other way round alone, it is turned.
func (tx *Tx) RatesInto(merchant string, home recourse.Currency, from, to recourse.Date) (map[recourse.Currency][]Rate, error) {
	rows, err := tx.query(`SELECT base, quote, day, num, den, source FROM rates WHERE merchant = $1 AND (base = $2 OR quote = $2) AND day >= $3 AND day <= $4 ORDER BY day, CASE WHEN quote = $2 THEN 0 ELSE 1 END`,
		merchant, string(home), dayNumber(from), dayNumber(to))
	if err != nil {
		return nil, err
	}
	out := map[recourse.Currency][]Rate{}
	return out, each(rows, func() error {
		var r Rate
		var day int64
		if err := rows.Scan(&r.Base, &r.Quote, &day, &r.Num, &r.Den, &r.Source); err != nil {
			return err
		}
		r.Day = recourse.DateOf(time.Unix(day*86400, 0).UTC())
		if r.Base == home {
			r.Base, r.Quote, r.Num, r.Den = r.Quote, r.Base, r.Den, r.Num
		}
		list := out[r.Base]
		if r.Num > 0 && r.Den > 0 && (len(list) == 0 || list[len(list)-1].Day != r.Day) {
			out[r.Base] = append(list, r)
		}
		return nil
	})
}
