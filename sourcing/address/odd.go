package address

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// tests are what people type who only try a shop, folded.
var tests = []string{"test", "teste", "tests", "tester", "testing", "testtest", "essai", "prueba", "asdf", "asdfasdf", "qwerty", "abc", "abcd", "xxx", "xxxx", "aaa", "aaaa", "none", "null", "nil", "undefined", "unknown", "noname", "nobody", "anonymous", "lorem", "foobar", "123", "1234", "12345", "123456", "测试", "測試", "テスト"}

// isTest says that a text is nothing but such words.
func isTest(s string) bool {
	parts := strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if len(parts) == 0 {
		return false
	}
	numbers := 0
	for i, p := range parts {
		p = folded(p)
		switch {
		case figures(p) == len(p) && len(parts) > 1:
			numbers++ // test 1
		case !slices.Contains(tests, p):
			return false
		case figures(p) == len(p) && i == 0 && len(parts) == 1 && len(p) < 3:
			return false
		}
	}
	return numbers < len(parts)
}

// significant is how many letters and digits a text has; a Chinese character says as much as three letters.
func significant(s string) (n int) {
	for _, r := range s {
		switch {
		case unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana):
			n += 3
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			n++
		}
	}
	return n
}

// figures is how many digits a text has.
func figures(s string) (n int) {
	for _, r := range s {
		if unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

var mail = regexp.MustCompile(`[^\s@]@[^\s@]+\.[A-Za-z]{2,}`)

func hasMail(s string) bool { return mail.MatchString(s) }

var box = regexp.MustCompile(`(?i)\b(p\.?\s?o\.?\s?b(ox)?\b\.?\s*\d|post\s?office\s?box|postfach|bo[iî]te\s+postale|b\.?p\.?\s*\d|casilla\b|apartado\b|caixa\s+postal|casella\s+postale|postbus|postboks|skrytka\s+pocztowa|packstation|locked\s+bag|gpo\s+box|private\s+bag|а/я)|私書箱|邮政信箱|郵政信箱`)

// isBox says that a street is a post office box, or a locker that only one carrier can reach.
func isBox(s string) bool { return box.MatchString(s) }

// Box says that an address is a post office box, which not every shipping line delivers to.
func Box(street string) bool { return isBox(street) }

func (c *checker) lookName() {
	switch {
	case c.lacks(Name, c.name):
		c.find(Name, Doubtful, "name_missing")
	case c.name == "":
	case isTest(c.name):
		c.find(Name, Doubtful, "name_test")
	case significant(c.name) < 2:
		c.find(Name, Doubtful, "name_short")
	case hasMail(c.name):
		c.find(Name, Doubtful, "name_mail")
	case figures(c.name) >= 4:
		c.find(Name, Doubtful, "name_digits")
	}
}

// phoneSigns are what people write between the digits of a telephone number.
var phoneSigns = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "-", "", "–", "", ".", "", "/", "", "(0)", "", "(", "", ")", "", "'", "")

// lookPhone: a number has at most fifteen digits with the country's (ITU-T E.164); how many a country's own have is from its
// numbering plan.
func (c *checker) lookPhone() {
	if c.phone == "" {
		if c.lacks(Phone, "") {
			c.find(Phone, Doubtful, "phone_missing")
		}
		return
	}
	s := phoneSigns.Replace(c.phone)
	if after, ok := strings.CutPrefix(s, "00"); ok {
		s = "+" + after
	}
	own, abroad := strings.CutPrefix(s, "+")
	switch {
	case digits(own) != own || own == "":
		c.find(Phone, Doubtful, "phone_shape")
		return
	case len(own) > 15 || len(own) < 5:
		c.find(Phone, Doubtful, "phone_length")
		return
	case strings.Count(own, own[len(own)-1:]) == len(own):
		c.find(Phone, Doubtful, "phone_invented")
		return
	}
	if c.rule == nil || c.rule.fewest == 0 {
		return
	}
	if rest, ok := strings.CutPrefix(own, c.rule.calling); ok && (abroad || len(own) > c.rule.most+1) {
		own = rest
	} else if abroad {
		return // a number of another country
	}
	if n := len(strings.TrimLeft(own, "0")); n < c.rule.fewest || n > c.rule.most {
		if m := len(own); m < c.rule.fewest || m > c.rule.most {
			c.find(Phone, Doubtful, "phone_length")
		}
	}
}

// latinOnly says that a text is written in letters that the forms of agents and carriers take: Latin ones, with or without
// accents. Letters are never changed into others here.
func latinOnly(s string) bool {
	for _, r := range norm.NFC.String(s) {
		if unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r) && r != 'º' && r != 'ª' {
			return false
		}
	}
	return true
}

// pictures says that a text has signs that no form takes: emoji, what is not shown, what steers a terminal.
func pictures(s string) bool {
	for _, r := range s {
		if unicode.In(r, unicode.So, unicode.Cc, unicode.Co, unicode.Cs) && r != '\n' && r != '\r' && r != '\t' && r != '°' || r == unicode.ReplacementChar {
			return true
		}
	}
	return false
}

func (c *checker) lookLetters() {
	for _, f := range []struct {
		name  Field
		value string
	}{{Name, c.name}, {Street, c.street}, {City, c.city}, {Region, c.region}} {
		if !latinOnly(f.value) {
			c.find(f.name, Doubtful, "letters_latin")
		}
		if pictures(f.value) {
			c.find(f.name, Doubtful, "letters_signs")
		}
		if len([]rune(f.value)) > mostLetters {
			c.find(f.name, Doubtful, "letters_many")
		}
	}
}

// mostLetters is how long a field is that no label has room for.
const mostLetters = 150
