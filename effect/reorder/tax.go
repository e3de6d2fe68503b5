package reorder

import (
	"regexp"
	"strings"
)

// tax is the number by which customs of some countries know the recipient; without it they hold every parcel.
func (b *builder) tax() {
	to := b.to()
	id := strings.ToUpper(strings.TrimSpace(told(to.TaxID)))
	want := map[string]struct {
		column  column
		missing string
	}{"BR": {cpf, "customs of Brazil want the recipient's CPF"}, "CL": {rut, "customs of Chile want the recipient's RUT"}, "KR": {clearance, "customs of Korea want the recipient's personal clearance id, or the number of a passport or alien card"}}[to.Country]
	switch {
	case want.missing == "":
		return
	case id == "":
		b.wrong(want.column, "reorder_tax_missing", "%s", want.missing)
		return
	}
	switch to.Country {
	case "BR":
		b.number(cpf, "reorder_cpf", CPF(id), "a CPF has eleven digits, of which the last two check the others")
	case "CL":
		b.number(rut, "reorder_rut", RUT(id), "a RUT has seven or eight digits and one, or a K, that checks them")
	case "KR":
		if korean := Clearance(id); korean != "" {
			b.set(clearance, korean)
		} else {
			b.number(passport, "reorder_clearance", Passport(id), "a personal clearance id is a P and twelve digits; else it is the number of a passport or an alien card")
		}
	}
}

func (b *builder) number(c column, code, value, say string) {
	if value == "" {
		b.wrong(c, code, "%s", say)
	}
	b.set(c, value)
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
