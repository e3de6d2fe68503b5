package address

import (
	"regexp"
	"strings"
)

// verdict is what a number is: right, one that cannot be, or of another kind, such as a passport's.
type verdict int

const (
	right verdict = iota
	impossible
	another
)

// kinds are the numbers by which customs know people, each with its test.
//
//   - cpf: Brazil; a company's CNPJ stands in for it
//   - rut: Chile
//   - pccc: Korea's personal customs clearance code, or the number of a passport or an alien card
//   - cuit: Argentina's CUIT or CUIL, or a DNI of seven or eight digits
//   - tckn: Turkey's identity number
//   - za_id, il_id, nik, ec_id, pe_id, co_id, tw_id: the identity numbers of South Africa, Israel, Indonesia, Ecuador, Peru,
//     Colombia, Taiwan
//   - pan: India; rfc: Mexico, where a CURP is taken too; inn: Russia; iin: Kazakhstan
var kinds = map[string]func(string) verdict{
	"cpf": func(s string) verdict { return either(CPF(s) != "" || CNPJ(s) != "") }, "rut": func(s string) verdict { return either(RUT(s) != "") },
	"pccc": func(s string) verdict { return either(Clearance(s) != "" || Passport(s) != "") },
	"cuit": cuit, "tckn": exactly(11, turkish), "za_id": exactly(13, luhn), "il_id": israeli, "nik": exactly(16, indonesian), "ec_id": ecuadorian, "inn": exactly(12, russian), "iin": exactly(12, kazakh),
	"co_id": shaped(`\d{6,10}`), "pe_id": shaped(`\d{8}|[12]\d{10}`), "pan": shaped(`[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]`), "tw_id": taiwanese,
	"rfc": shaped(`[A-ZÑ&]{3,4}\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])[A-Z0-9]{3}|[A-Z]{4}\d{6}[HMX][A-Z]{5}[A-Z0-9]\d`),
}

func (c *checker) lookTax() {
	if c.rule == nil || c.rule.tax == "" {
		return
	}
	kind := text("kind", c.rule.tax)
	if c.tax == "" {
		switch {
		case c.rule.must && c.lacks(TaxID, ""):
			c.find(TaxID, Doubtful, "tax_missing", kind)
		case c.lacks(TaxID, ""):
			c.find(TaxID, Doubtful, "tax_asked", kind)
		}
		return
	}
	switch kinds[c.rule.tax](c.tax) {
	case impossible:
		c.find(TaxID, Wrong, "tax_wrong", kind)
	case another:
		c.find(TaxID, Doubtful, "tax_another", kind)
	}
}

func either(ok bool) verdict {
	if ok {
		return right
	}
	return impossible
}

// exactly makes a test of a number of so many digits: with other signs or another length it is another number.
func exactly(n int, test func(string) bool) func(string) verdict {
	return func(s string) verdict {
		d := digits(s)
		if !signs.MatchString(s) || len(d) != n {
			return another
		}
		return either(test(d))
	}
}

// shaped makes a test of a number's shape alone; one that has another may be another number.
func shaped(form string) func(string) verdict {
	r := regexp.MustCompile(`^(?:` + form + `)$`)
	return func(s string) verdict {
		if r.MatchString(strings.NewReplacer(" ", "", "-", "", ".", "").Replace(strings.ToUpper(s))) {
			return right
		}
		return another
	}
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// signs are what people write between the figures of such numbers.
var signs = regexp.MustCompile(`^[0-9Kk .\-/]+$`)

// CPF is a Brazilian taxpayer's number as eleven digits; "" when it is none. The last two are the weighted sum of those
// before them modulo eleven (Receita Federal); eleven times the same digit would pass, and is given to nobody.
func CPF(s string) string {
	d := digits(s)
	if !signs.MatchString(s) || len(d) != 11 || strings.Count(d, d[:1]) == 11 {
		return ""
	}
	for n := 9; n <= 10; n++ {
		sum := 0
		for i := range n {
			sum += int(d[i]-'0') * (n + 1 - i)
		}
		if byte(sum*10%11%10) != d[n]-'0' {
			return ""
		}
	}
	return d
}

// cnpjForm: since July 2026 the first twelve may be letters (Receita Federal, IN 2.229/2024).
var cnpjForm = regexp.MustCompile(`^[0-9A-Z]{12}[0-9]{2}$`)

// CNPJ is a Brazilian company's number as fourteen letters and digits; "" when it is none. A letter counts by its place
// behind the digits; the last two check the others, weighted 2 to 9 from the right, modulo eleven.
func CNPJ(s string) string {
	s = strings.NewReplacer(" ", "", ".", "", "-", "", "/", "").Replace(strings.ToUpper(s))
	if !cnpjForm.MatchString(s) || strings.Count(s, s[:1]) == len(s) {
		return ""
	}
	for n := 12; n <= 13; n++ {
		sum, weight := 0, 2
		for i := n - 1; i >= 0; i-- {
			sum += int(s[i]-'0') * weight
			if weight++; weight > 9 {
				weight = 2
			}
		}
		check := 11 - sum%11
		if check > 9 {
			check = 0
		}
		if int(s[n]-'0') != check {
			return ""
		}
	}
	return s
}

// RUT is a Chilean taxpayer's number as digits, a hyphen and the figure that checks them; "" when it is none. The figure
// is eleven less the sum, weighted 2 to 7 from the right, modulo eleven; ten is a K (Servicio de Impuestos Internos).
func RUT(s string) string {
	if !signs.MatchString(s) {
		return ""
	}
	s = strings.ToUpper(strings.Map(func(r rune) rune {
		if strings.ContainsRune(" .-/", r) {
			return -1
		}
		return r
	}, s))
	if len(s) < 8 || len(s) > 9 {
		return ""
	}
	body, check := s[:len(s)-1], s[len(s)-1]
	if digits(body) != body {
		return ""
	}
	sum, weight := 0, 2
	for i := len(body) - 1; i >= 0; i-- {
		sum += int(body[i]-'0') * weight
		if weight++; weight > 7 {
			weight = 2
		}
	}
	if "0K987654321"[sum%11] != check {
		return ""
	}
	return body + "-" + string(check)
}

var (
	clearanceForm = regexp.MustCompile(`^P[0-9]{12}$`)
	passportForm  = regexp.MustCompile(`^[A-Z0-9]{6,20}$`)
	spaces        = strings.NewReplacer(" ", "", "-", "")
)

// Clearance is a Korean personal customs clearance code (P and twelve digits, Korea Customs Service); "" when it is none.
func Clearance(s string) string {
	s = spaces.Replace(strings.ToUpper(s))
	if !clearanceForm.MatchString(s) {
		return ""
	}
	return s
}

// Passport is the number of a passport or of an alien registration card; "" when it cannot be one. One that begins like a
// clearance code and is none is a slip of the pen.
func Passport(s string) string {
	s = spaces.Replace(strings.ToUpper(s))
	if !passportForm.MatchString(s) || strings.HasPrefix(s, "P") && len(digits(s)) == len(s)-1 && len(s) > 10 {
		return ""
	}
	return s
}

// weighted is the sum of digits, each times its weight.
func weighted(d string, weights ...int) (sum int) {
	for i, w := range weights {
		sum += int(d[i]-'0') * w
	}
	return sum
}

// cuit: eleven digits, the last is eleven less the weighted sum modulo eleven, ten counted as nine (AFIP). A DNI has seven
// or eight digits and none that checks them.
func cuit(s string) verdict {
	d := digits(s)
	switch {
	case !signs.MatchString(s):
		return another
	case len(d) == 7 || len(d) == 8:
		return right
	case len(d) != 11:
		return another
	}
	check := 11 - weighted(d, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)%11
	if check == 11 {
		check = 0
	} else if check == 10 {
		check = 9
	}
	return either(int(d[10]-'0') == check)
}

// turkish: the tenth digit is seven times the odd places less the even ones, the eleventh the sum of those before it, both
// modulo ten (Nüfus ve Vatandaşlık İşleri).
func turkish(d string) bool {
	odd, even := weighted(d, 1, 0, 1, 0, 1, 0, 1, 0, 1), weighted(d, 0, 1, 0, 1, 0, 1, 0, 1)
	ten := ((odd*7-even)%10 + 10) % 10
	return d[0] != '0' && int(d[9]-'0') == ten && int(d[10]-'0') == (odd+even+ten)%10
}

// luhn: every second digit from the right twice, its figures added, and all of them a multiple of ten (ISO/IEC 7812-1).
func luhn(d string) bool {
	sum := 0
	for i := range len(d) {
		n := int(d[len(d)-1-i] - '0')
		if i%2 == 1 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return sum%10 == 0
}

// israeli: up to nine digits with zeros before them, checked as by Luhn (Population and Immigration Authority).
func israeli(s string) verdict {
	d := digits(s)
	if !signs.MatchString(s) || len(d) < 5 || len(d) > 9 {
		return another
	}
	return either(luhn(d))
}

// indonesian: the seventh to twelfth digit of a NIK are a birthday, forty days later for women.
func indonesian(d string) bool {
	day, month := weighted(d[6:8], 10, 1), weighted(d[8:10], 10, 1)
	if day > 40 {
		day -= 40
	}
	return d[0] != '0' && day >= 1 && day <= 31 && month >= 1 && month <= 12
}

// ecuadorian: a cédula has ten digits, the province first, checked as by Luhn; a RUC has three more.
func ecuadorian(s string) verdict {
	d := digits(s)
	switch {
	case !signs.MatchString(s):
		return another
	case len(d) == 13:
		return right
	case len(d) != 10:
		return another
	}
	return either((d[:2] <= "24" || d[:2] == "30") && luhn(d))
}

// russian: the last two digits of a person's INN are weighted sums modulo eleven modulo ten (Federal Tax Service).
func russian(d string) bool {
	return int(d[10]-'0') == weighted(d, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)%11%10 && int(d[11]-'0') == weighted(d, 3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)%11%10
}

// kazakh: the last digit of an IIN is the sum of the others, weighted by their places, modulo eleven; where that is ten, by
// the places two further on.
func kazakh(d string) bool {
	check := weighted(d, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11) % 11
	if check == 10 {
		check = weighted(d, 3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2) % 11
	}
	return check < 10 && int(d[11]-'0') == check
}

var (
	taiwanForm    = regexp.MustCompile(`^[A-Z][1289]\d{8}$`)
	taiwanLetters = "ABCDEFGHJKLMNPQRSTUVXYWZIO" // a letter's place and ten is its number
)

// taiwanese: a letter as two digits, then nine, weighted 1, 9, 8 … 1, 1, a multiple of ten (Ministry of the Interior).
func taiwanese(s string) verdict {
	s = spaces.Replace(strings.ToUpper(s))
	if !taiwanForm.MatchString(s) {
		return another
	}
	n := strings.IndexByte(taiwanLetters, s[0]) + 10
	return either((n/10+n%10*9+weighted(s[1:], 8, 7, 6, 5, 4, 3, 2, 1, 1))%10 == 0)
}
