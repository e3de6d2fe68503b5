package recourse

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParseMoney(t *testing.T) {
	for _, c := range []struct {
		in, out string
		want    Money
	}{
		{"29.90 EUR", "29.90 EUR", Money{2990, "EUR"}},
		{"EUR 29.90", "29.90 EUR", Money{2990, "EUR"}},
		{" eur   29.9\t", "29.90 EUR", Money{2990, "EUR"}},
		{"-0.05 USD", "-0.05 USD", Money{-5, "USD"}},
		{"USD -0.05", "-0.05 USD", Money{-5, "USD"}},
		{"-0 EUR", "0.00 EUR", Money{0, "EUR"}},
		{"007 EUR", "7.00 EUR", Money{700, "EUR"}},
		{"1.23000 CNY", "1.23 CNY", Money{123, "CNY"}},
		{"2990.000 JPY", "2990 JPY", Money{2990, "JPY"}},
		{"5 ISK", "5 ISK", Money{5, "ISK"}},
		{"1.5 KWD", "1.500 KWD", Money{1500, "KWD"}},
		{"0.0001 CLF", "0.0001 CLF", Money{1, "CLF"}},
		{"100 HUF", "100.00 HUF", Money{10000, "HUF"}},
		{"100 TWD", "100.00 TWD", Money{10000, "TWD"}},
		{"92233720368547758.07 EUR", "92233720368547758.07 EUR", Money{math.MaxInt64, "EUR"}},
		{"-92233720368547758.07 EUR", "-92233720368547758.07 EUR", Money{-math.MaxInt64, "EUR"}},
	} {
		got, err := ParseMoney(c.in)
		if err != nil || got != c.want || got.String() != c.out {
			t.Errorf("ParseMoney(%q) = %v, %v; want %v", c.in, got, err, c.want)
		}
	}
}

func TestParseMoneyRefuses(t *testing.T) {
	for in, code := range map[string]string{
		"":                              "money_malformed",
		"29.90":                         "money_malformed",
		"EUR":                           "money_malformed",
		"29.90EUR":                      "money_malformed",
		"EUR EUR":                       "money_malformed",
		"29,90 EUR":                     "money_malformed",
		"1,234.50 EUR":                  "money_malformed",
		"1'234 CHF":                     "money_malformed",
		"1e3 EUR":                       "money_malformed",
		"EUR NaN":                       "money_malformed",
		"EUR Inf":                       "money_malformed",
		"+5 EUR":                        "money_malformed",
		"--5 EUR":                       "money_malformed",
		"- EUR":                         "money_malformed",
		".5 EUR":                        "money_malformed",
		"5. EUR":                        "money_malformed",
		"1.2.3 EUR":                     "money_malformed",
		"٥ EUR":                         "money_malformed",
		"29.901 EUR":                    "money_precision",
		"0.5 JPY":                       "money_precision",
		"92233720368547758.08 EUR":      "money_overflow",
		"-9223372036854775808 JPY":      "money_overflow",
		"99999999999999999999999 EUR":   "money_overflow",
		"922337203685477580 EUR":        "money_overflow",
		"1 2 EUR":                       "currency_unknown",
		"5 XYZ":                         "currency_unknown",
		"5 EURO":                        "currency_unknown",
		"5 €":                           "currency_unknown",
		"5 XAU":                         "currency_unknown",
		"5 HRK":                         "currency_withdrawn",
		"5 bgn":                         "currency_withdrawn",
		"5 RMB":                         "currency_withdrawn",
		"\xff\xfe \xff\x00":             "currency_unknown",
		strings.Repeat("9", 1e5) + " é": "currency_unknown",
	} {
		got, err := ParseMoney(in)
		if KindOf(err) != Invalid || CodeOf(err) != code || got != (Money{}) {
			t.Errorf("ParseMoney(%.40q) = %v, %v (%s); want %s", in, got, err, CodeOf(err), code)
			continue
		}
		if len(err.Error()) > 400 {
			t.Errorf("ParseMoney(%.40q): the message has %d bytes", in, len(err.Error()))
		}
	}
}

func TestErrorsSayWhatToDo(t *testing.T) {
	for in, want := range map[string]string{
		"29.901 EUR": `amount "29.901" cannot be read (EUR has 2 decimals)`,
		"5 HRK":      `currency "HRK" is not, or no longer, a code of ISO 4217 (its place is taken by EUR; amounts are not converted)`,
		"5 EURO":     `unknown currency "EURO" (use a three-letter code of ISO 4217, such as EUR)`,
	} {
		if _, err := ParseMoney(in); err == nil || err.Error() != want {
			t.Errorf("ParseMoney(%q): %v; want %s", in, err, want)
		}
	}
}

func TestCurrencies(t *testing.T) {
	if n := len(denominations); n < 150 || n > 180 {
		t.Errorf("%d currencies", n)
	}
	for code, want := range map[Currency]int{
		"EUR": 2, "JPY": 0, "KWD": 3, "CLF": 4, "ISK": 0, "HUF": 2, "TWD": 2, "UYW": 4, "VND": 0, "XYZ": 2, "": 2,
	} {
		if got := code.Exponent(); got != want {
			t.Errorf("%q has exponent %d, want %d", code, got, want)
		}
	}
	for old, successor := range withdrawnCurrencies {
		_, active := old.denomination()
		if _, ok := successor.denomination(); !ok || active {
			t.Errorf("%s, replaced by %s: active %v, successor known %v", old, successor, active, ok)
		}
	}
}

func TestMoneyInJSON(t *testing.T) {
	type row struct{ Paid, Owed Money }
	in := row{Paid: Money{2990, "EUR"}}
	data, err := json.Marshal(in)
	if want := `{"Paid":"29.90 EUR","Owed":""}`; err != nil || string(data) != want {
		t.Fatalf("%s, %v; want %s", data, err, want)
	}
	out := row{Owed: Money{1, "JPY"}}
	if err := json.Unmarshal(data, &out); err != nil || out != in {
		t.Errorf("%+v, %v; want %+v", out, err, in)
	}
	if err := json.Unmarshal([]byte(`{"Paid":"12 XXX"}`), &out); CodeOf(err) != "currency_unknown" {
		t.Errorf("unknown currency: %v", err)
	}
	if _, err := (Money{5, ""}).MarshalText(); CodeOf(err) != "currency_unknown" {
		t.Errorf("money without a currency was written: %v", err)
	}
}

func TestArithmetic(t *testing.T) {
	eur := func(minor int64) Money { return Money{minor, "EUR"} }
	for _, c := range []struct {
		got  func() (Money, error)
		want Money
		code string
	}{
		{func() (Money, error) { return eur(1).Add(eur(2)) }, eur(3), ""},
		{func() (Money, error) { return Money{}.Add(eur(2)) }, eur(2), ""},
		{func() (Money, error) { return eur(2).Sub(Money{}) }, eur(2), ""},
		{func() (Money, error) { return Money{}.Sub(eur(2)) }, eur(-2), ""},
		{func() (Money, error) { return eur(1).Sub(Money{1, "USD"}) }, Money{}, "currency_mismatch"},
		{func() (Money, error) { return eur(0).Add(Money{0, "USD"}) }, Money{}, "currency_mismatch"},
		{func() (Money, error) { return eur(math.MaxInt64).Add(eur(1)) }, Money{}, "money_overflow"},
		{func() (Money, error) { return eur(-math.MaxInt64).Sub(eur(1)) }, Money{}, "money_overflow"},
		{func() (Money, error) { return eur(-math.MaxInt64).Sub(eur(math.MaxInt64)) }, Money{}, "money_overflow"},
		{func() (Money, error) { return eur(-7).Mul(-3) }, eur(21), ""},
		{func() (Money, error) { return eur(math.MaxInt64).Mul(2) }, Money{}, "money_overflow"},
		{func() (Money, error) { return eur(5).Scale(1, 2) }, eur(2), ""},
		{func() (Money, error) { return eur(7).Scale(1, 2) }, eur(4), ""},
		{func() (Money, error) { return eur(-5).Scale(1, 2) }, eur(-2), ""},
		{func() (Money, error) { return eur(-7).Scale(-1, -2) }, eur(-4), ""},
		{func() (Money, error) { return eur(2990).Scale(20, 100) }, eur(598), ""},
		{func() (Money, error) { return eur(math.MaxInt64).Scale(math.MaxInt64, math.MaxInt64) }, eur(math.MaxInt64), ""},
		{func() (Money, error) { return eur(math.MaxInt64).Scale(math.MinInt64, 1) }, Money{}, "money_overflow"},
		{func() (Money, error) { return eur(math.MaxInt64).Scale(math.MaxInt64, math.MinInt64) }, eur(-math.MaxInt64 + 1), ""},
		{func() (Money, error) { return eur(145295143558111).Scale(253921, 2) }, Money{}, "money_overflow"}, // 2⁶⁴ − ½
		{func() (Money, error) { return eur(1).Scale(1, 0) }, Money{}, "money_scale"},
	} {
		if got, err := c.got(); got != c.want || CodeOf(err) != c.code {
			t.Errorf("got %v, %v; want %v %s", got, err, c.want, c.code)
		}
	}
	if c, err := eur(2).Cmp(eur(3)); c != -1 || err != nil {
		t.Errorf("Cmp: %d, %v", c, err)
	}
	if _, err := eur(2).Cmp(Money{2, "USD"}); CodeOf(err) != "currency_mismatch" {
		t.Errorf("Cmp: %v", err)
	}
	if !eur(0).IsZero() || eur(-4).Sign() != -1 || eur(-4).Neg() != eur(4) {
		t.Error("IsZero, Sign or Neg")
	}
}

func TestAllocate(t *testing.T) {
	for _, c := range []struct {
		minor   int64
		weights []int64
		want    []int64
	}{
		{100, []int64{1, 1, 1}, []int64{34, 33, 33}},
		{-100, []int64{1, 1, 1}, []int64{-34, -33, -33}},
		{5, []int64{3, 7}, []int64{2, 3}},
		{101, []int64{0, 0}, []int64{51, 50}},
		{7, []int64{0, 1, 0}, []int64{0, 7, 0}},
		{1, []int64{1, 2, 2}, []int64{0, 1, 0}},
		{0, []int64{1, 2}, []int64{0, 0}},
		{math.MaxInt64, []int64{math.MaxInt64}, []int64{math.MaxInt64}},
	} {
		got, err := Money{c.minor, "EUR"}.Allocate(c.weights...)
		if err != nil || len(got) != len(c.want) {
			t.Fatalf("%d by %v: %v, %v", c.minor, c.weights, got, err)
		}
		for i, share := range got {
			if share != (Money{c.want[i], "EUR"}) {
				t.Errorf("%d by %v: %v, want %v", c.minor, c.weights, got, c.want)
				break
			}
		}
	}
	for _, weights := range [][]int64{nil, {1, -1}, {math.MaxInt64, 1}, {math.MinInt64}} {
		if got, err := (Money{5, "EUR"}).Allocate(weights...); got != nil || CodeOf(err) != "money_weights" {
			t.Errorf("by %v: %v, %v", weights, got, err)
		}
	}
}

func TestShare(t *testing.T) {
	m := Money{1000, "EUR"}
	for _, c := range []struct{ from, to, of, want int64 }{
		{0, 1, 3, 333}, {1, 2, 3, 334}, {2, 3, 3, 333}, {0, 3, 3, 1000}, {1, 3, 3, 667},
		{-5, 9, 3, 1000}, {2, 1, 3, 0}, {0, 1, 0, 0}, {0, 1, -1, 0}, {3, 4, 3, 0},
		{math.MinInt64, math.MaxInt64, math.MaxInt64, 1000},
	} {
		if got := m.Share(c.from, c.to, c.of); got != (Money{c.want, "EUR"}) {
			t.Errorf("pieces %d to %d of %d: %v, want %d", c.from, c.to, c.of, got, c.want)
		}
	}
}

// anyMoney draws money over the whole range that the type allows.
func anyMoney(t *rapid.T) Money {
	code := rapid.SampledFrom([]Currency{"EUR", "JPY", "KWD", "CLF", "CNY"}).Draw(t, "currency")
	return Money{rapid.Int64Range(-math.MaxInt64, math.MaxInt64).Draw(t, "minor"), code}
}

func TestMoneyTextRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := anyMoney(t)
		if back, err := ParseMoney(m.String()); err != nil || back != m {
			t.Fatalf("%s came back as %v, %v", m, back, err)
		}
	})
}

func TestAllocateLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := anyMoney(t)
		weights := rapid.SliceOfN(rapid.Int64Range(0, math.MaxInt64/20), 1, 20).Draw(t, "weights")
		shares, err := m.Allocate(weights...)
		if err != nil {
			t.Fatal(err)
		}
		sum := Money{}
		for i, s := range shares {
			if s.Sign()*m.Sign() < 0 {
				t.Fatalf("share %v of %v has the other sign", s, m)
			}
			for j := range i {
				if weights[j] > weights[i] && magnitude(shares[j].Minor) < magnitude(s.Minor) {
					t.Fatalf("a smaller weight got more: %v by %v", shares, weights)
				}
			}
			if sum, err = sum.Add(s); err != nil {
				t.Fatal(err)
			}
		}
		if sum != m {
			t.Fatalf("shares add up to %v, not %v", sum, m)
		}
	})
}

func TestConsecutiveSharesMakeTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := anyMoney(t)
		of := rapid.Int64Range(1, math.MaxInt64).Draw(t, "of")
		sum, from := Money{}, int64(0)
		for from < of {
			to := rapid.Int64Range(from+1, of).Draw(t, "to")
			share := m.Share(from, to, of)
			if share.Sign()*m.Sign() < 0 {
				t.Fatalf("share %v of %v has the other sign", share, m)
			}
			var err error
			if sum, err = sum.Add(share); err != nil {
				t.Fatal(err)
			}
			from = to
			if rapid.IntRange(0, 9).Draw(t, "last") == 0 && from < of {
				sum, _ = sum.Add(m.Share(from, of, of))
				from = of
			}
		}
		if sum != m {
			t.Fatalf("shares add up to %v, not %v", sum, m)
		}
	})
}

func FuzzParseMoney(f *testing.F) {
	for _, seed := range []string{"29.90 EUR", "EUR 29.90", "-0 JPY", "1e9 EUR", "5 HRK", "0.00000 clf", " ", "\xff 1", "92233720368547758.08 EUR"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := ParseMoney(s)
		if err != nil {
			if KindOf(err) != Invalid || m != (Money{}) {
				t.Fatalf("%q: %v, %v", s, m, err)
			}
			return
		}
		if back, err := ParseMoney(m.String()); err != nil || back != m {
			t.Fatalf("%q became %v, then %v, %v", s, m, back, err)
		}
	})
}

func TestMoneyAllocations(t *testing.T) {
	var m Money
	if n := testing.AllocsPerRun(100, func() { m, _ = ParseMoney("eur 1234567.89") }); n != 0 {
		t.Errorf("ParseMoney allocates %v times", n)
	}
	if n := testing.AllocsPerRun(100, func() { _ = m.String() }); n > 1 {
		t.Errorf("String allocates %v times", n)
	}
}

func BenchmarkParseMoney(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_, _ = ParseMoney("1234567.89 EUR")
	}
}

func BenchmarkMoneyString(b *testing.B) {
	m := Money{123456789, "EUR"}
	b.ReportAllocs()
	for b.Loop() {
		_ = m.String()
	}
}
