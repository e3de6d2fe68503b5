package web

import (
	"slices"
	"strings"

	"recourse"
	"recourse/store"
	"recourse/text"
)

// NewMoneySettings reads what a merchant sets for the books: a currency and a language, either of which may be left empty. Errors, of
// kind [recourse.Invalid]: those of [recourse.ParseCurrency] on the field home, and bank_lang.
func NewMoneySettings(home, bank, by string, words *text.Catalog) (m store.MoneySettings, err error) {
	m = store.MoneySettings{BankLang: strings.TrimSpace(bank), ChangedBy: by}
	if home = strings.ToUpper(strings.TrimSpace(home)); home != "" {
		if m.Home, err = recourse.ParseCurrency(home); err != nil {
			return m, beside("home", err)
		}
	}
	if m.BankLang != "" && !slices.Contains(words.Languages(), text.Lang(m.BankLang)) {
		return m, &recourse.Error{Kind: recourse.Invalid, Code: "bank_lang", Field: "bank_lang", Message: "there are no words in the language " + recourse.Shorten(m.BankLang, 20), Hint: "take one of the languages that messages have"}
	}
	return m, nil
}
