package text

import (
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"recourse"

	"pgregory.net/rapid"
)

func TestMoney(t *testing.T) {
	for _, tt := range []struct {
		minor      int64
		currency   recourse.Currency
		en, fr, zh string
	}{
		{123450, "EUR", "€1,234.50", "1\u202f234,50\u00a0€", "€1,234.50"},
		{5, "EUR", "€0.05", "0,05\u00a0€", "€0.05"},
		{0, "EUR", "€0.00", "0,00\u00a0€", "€0.00"},
		{-2990, "EUR", "-€29.90", "−29,90\u00a0€", "-€29.90"},
		{8000, "CNY", "CN¥80.00", "80,00\u00a0CNY", "80.00 元"},
		{2990, "JPY", "JP¥2,990", "2\u202f990\u00a0JPY", "2,990 日元"},
		{2990, "USD", "US$29.90", "29,90\u00a0$US", "29.90 美元"},
		{1234567, "KWD", "KWD\u00a01,234.567", "1\u202f234,567\u00a0KWD", "1,234.567 KWD"},
		{7, "CLF", "CLF\u00a00.0007", "0,0007\u00a0CLF", "0.0007 CLF"},
		{100, "CHF", "CHF\u00a01.00", "1,00\u00a0CHF", "1.00 CHF"},
		{math.MaxInt64, "EUR", "€92,233,720,368,547,758.07", "92\u202f233\u202f720\u202f368\u202f547\u202f758,07\u00a0€", "€92,233,720,368,547,758.07"},
		{0, "", "", "", ""},
	} {
		m := recourse.Money{Minor: tt.minor, Currency: tt.currency}
		each(t, m.String(), tt.en, tt.fr, tt.zh, func(l *Language) string { return l.Money(m) })
	}
}

// each compares what the three languages say.
func each(t *testing.T, about, en, fr, zh string, say func(*Language) string) {
	t.Helper()
	for lang, want := range map[string]string{"en": en, "fr": fr, "zh": zh} {
		if got := say(In(lang)); got != want {
			t.Errorf("%s in %s: %q, want %q", about, lang, got, want)
		}
	}
}

// TestMoneyKeepsEveryDigit reads amounts of every size and exponent back.
func TestMoneyKeepsEveryDigit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := recourse.Money{
			Minor:    rapid.Int64Range(-math.MaxInt64, math.MaxInt64).Draw(t, "minor"),
			Currency: rapid.SampledFrom([]recourse.Currency{"JPY", "EUR", "CNY", "KWD", "CLF", "CHF"}).Draw(t, "currency"),
		}
		l := In(rapid.SampledFrom([]string{"en", "fr", "zh"}).Draw(t, "language"))
		s := strings.ReplaceAll(l.Money(m), l.get("format.group"), "")
		s = strings.Replace(s, l.get("format.decimal"), ".", 1)
		s = strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' || r == '.' {
				return r
			}
			return -1
		}, s)
		back, err := recourse.ParseAmount(s, m.Currency)
		if err != nil {
			t.Fatalf("%q: %v", l.Money(m), err)
		}
		if back != m && back.Neg() != m {
			t.Fatalf("%v came back as %v from %q", m, back, l.Money(m))
		}
		if negative := strings.HasPrefix(l.Money(m), l.get("format.minus")); negative != (m.Minor < 0) {
			t.Fatalf("%v: the sign of %q", m, l.Money(m))
		}
	})
}

func TestDates(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, time.March, 6, 9, 5, 0, 0, paris)
	first := time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)
	each(t, "a date", "6 March 2026", "6 mars 2026", "2026年3月6日", func(l *Language) string { return l.Date(at) })
	each(t, "the first", "1 March 2026", "1er mars 2026", "2026年3月1日", func(l *Language) string { return l.Date(first) })
	each(t, "nothing", "", "", "", func(l *Language) string {
		return l.Date(time.Time{}) + l.Moment(time.Time{}) + l.MomentZone(time.Time{})
	})
	each(t, "an instant", "6 March 2026, 09:05", "6 mars 2026 à 09:05", "2026年3月6日 09:05", func(l *Language) string { return l.Moment(at) })
	each(t, "with its zone", "6 March 2026, 09:05 (UTC+1)", "6 mars 2026 à 09:05 (UTC+1)", "2026年3月6日 09:05（UTC+1）", func(l *Language) string { return l.MomentZone(at) })
	each(t, "on another clock", "6 March 2026, 16:05 (UTC+8)", "6 mars 2026 à 16:05 (UTC+8)", "2026年3月6日 16:05（UTC+8）", func(l *Language) string { return l.At(china).MomentZone(at) })
}

func TestZoneNames(t *testing.T) {
	for seconds, want := range map[int]string{0: "UTC", 8 * 3600: "UTC+8", -(3*3600 + 1800): "UTC-3:30", 5*3600 + 2700: "UTC+5:45"} {
		if got := zoneName(seconds); got != want {
			t.Errorf("%d: %s, want %s", seconds, got, want)
		}
	}
}

func TestCounts(t *testing.T) {
	for n, want := range map[int][3]string{
		0: {"0 days", "0\u00a0jour", "0 天"}, 1: {"1 day", "1\u00a0jour", "1 天"}, 2: {"2 days", "2\u00a0jours", "2 天"},
		1_000_000: {"1,000,000 days", "1\u202f000\u202f000 de jours", "1,000,000 天"}, 1_000_001: {"1,000,001 days", "1\u202f000\u202f001\u00a0jours", "1,000,001 天"},
	} {
		each(t, strconv.Itoa(n), want[0], want[1], want[2], func(l *Language) string { return l.Days(n) })
	}
}

func TestDurations(t *testing.T) {
	for s, want := range map[string][3]string{
		"2 days":                   {"2 days", "2\u00a0jours", "2 天"},
		"1 day":                    {"1 day", "1\u00a0jour", "1 天"},
		"12 hours":                 {"12 hours", "12\u00a0heures", "12 小时"},
		"1 minute":                 {"1 minute", "1\u00a0minute", "1 分钟"},
		"10 business days CN":      {"10 Chinese business days", "10\u00a0jours ouvrés chinois", "10 个中国工作日"},
		"1 business day CN":        {"1 Chinese business day", "1\u00a0jour ouvré chinois", "1 个中国工作日"},
		"2 business days merchant": {"2 business days", "2\u00a0jours ouvrés", "2 个工作日"},
		"3 business days FR":       {"3 business days in France", "3\u00a0jours ouvrés en France", "3 个法国工作日"},
		"3 business days TH":       {"3 business days in Thailand", "3\u00a0jours ouvrés (Thaïlande)", "3 个泰国工作日"},
		"claim.verify_within":      {"claim.verify_within", "claim.verify_within", "claim.verify_within"},
		"two days":                 {"two days", "two days", "two days"},
		"":                         {"", "", ""},
	} {
		each(t, s, want[0], want[1], want[2], func(l *Language) string { return l.Duration(s) })
	}
	each(t, "a window", "10 to 30 Chinese business days", "10 à 30\u00a0jours ouvrés chinois", "10 至 30 个中国工作日",
		func(l *Language) string { return l.Window("10 business days CN", "30 business days CN") })
	each(t, "a window of two units", "12 hours to 2 days", "12\u00a0heures à 2\u00a0jours", "12 小时 至 2 天",
		func(l *Language) string { return l.Window("12 hours", "2 days") })
	each(t, "a window without a beginning", "2 days", "2\u00a0jours", "2 天", func(l *Language) string { return l.Window("", "2 days") })
}

func TestLists(t *testing.T) {
	for n, want := range [][3]string{{"", "", ""}, {"a", "a", "a"}, {"a and b", "a et b", "a和b"}, {"a, b and c", "a, b et c", "a、b和c"}} {
		items := []string{"a", "b", "c"}[:n]
		each(t, strconv.Itoa(n), want[0], want[1], want[2], func(l *Language) string { return l.List(items) })
	}
}

func TestMatch(t *testing.T) {
	for tag, want := range map[string]Lang{
		"fr": French, "fr-CA": French, "fr_FR": French, "FR": French, "zh": Chinese, "zh-TW": Chinese, "zh-Hans-CN": Chinese, "zh_CN": Chinese,
		"en-GB": English, "de": English, "": English, "-": English, "frog": English, "x": English,
	} {
		if got := Match(tag); got != want {
			t.Errorf("Match(%q) = %s, want %s", tag, got, want)
		}
	}
}

func TestCountries(t *testing.T) {
	each(t, "CN", "China", "Chine", "中国", func(l *Language) string { return l.Country("CN") })
	each(t, "nowhere", "??", "??", "??", func(l *Language) string { return l.Country("??") })
}
