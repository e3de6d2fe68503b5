package view

import (
	"recourse/store"
	"recourse/text"
)

// MoneySettingsModel is what a merchant sets for the books.
type MoneySettingsModel struct {
	Fields  []Field
	May     bool
	Changed string // when and by whom
}

// NewMoneySettings makes the page of them. Languages are those of the words for banks; filled is what was typed last, where it could
// not be taken.
func NewMoneySettings(r Reader, m store.MoneySettings, languages []text.Lang, may bool, home, wrong string) MoneySettingsModel {
	out := MoneySettingsModel{May: may}
	bank := Field{Name: "bank_lang", Label: r.T("ms_bank"), Hint: r.T("ms_bank_hint"), Kind: FieldPick, Value: m.BankLang, Options: []FieldOption{{"", r.T("ms_bank_auto")}}}
	for _, l := range languages {
		bank.Options = append(bank.Options, FieldOption{string(l), r.Other(string(l)).Name()})
	}
	out.Fields = []Field{{Name: "home", Label: r.T("ms_home"), Hint: r.T("ms_home_hint"), Kind: FieldText, Value: home, Error: wrong}, bank}
	if m.ChangedBy != "" {
		out.Changed = r.T("ms_changed", "who", m.ChangedBy, "when", r.MomentZone(m.ChangedAt))
	}
	return out
}
