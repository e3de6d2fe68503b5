package text

import (
	"embed"
	"strings"
	"unicode"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"
)

//go:embed starts/*.ini
var starts embed.FS

// Start is what a language that is added begins with: the base, how it writes numbers, and dates, money and lengths of time
// where the program knows how. A variety of a language that is there begins as that one does, and needs nothing.
func Start(lang, base Lang) Words {
	words := Words{keyBase: string(base)}
	if strings.HasPrefix(string(lang), string(base)+"-") && !foreignScript(lang, base) {
		return words
	}
	decimal, group := signs(lang)
	words["format.decimal"], words["format.group"] = decimal, group
	for tag := language.Make(string(lang)); tag != language.Und; tag = tag.Parent() {
		data, err := starts.ReadFile("starts/" + tag.String() + ".ini")
		if err != nil {
			continue
		}
		known, err := ParseWords(tag.String()+".ini", data)
		if err != nil { // the tests read them all
			return words
		}
		for key, s := range known {
			words[key] = s
		}
		break
	}
	return words
}

// foreignScript says whether a variety is written in other letters than its language: zh-TW is in traditional characters.
func foreignScript(lang, base Lang) bool {
	a, _ := language.Make(string(lang)).Script()
	b, _ := language.Make(string(base)).Script()
	return a != b
}

// signs are the marks of the decimals and between the thousands, by CLDR.
func signs(lang Lang) (decimal, group string) {
	s := message.NewPrinter(language.Make(string(lang))).Sprint(number.Decimal(1234567.5, number.MinFractionDigits(1)))
	marks := strings.FieldsFunc(s, unicode.IsDigit)
	switch len(marks) {
	case 0:
		return ".", ","
	case 1:
		return marks[0], "\u202f"
	}
	return marks[len(marks)-1], marks[0]
}
