package intake

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
	"recourse"
)

func TestParseAmount(t *testing.T) {
	for _, c := range []struct {
		text     string
		mark     decimalMark
		currency recourse.Currency
		want     string
	}{
		{"12.90", markUnstated, "EUR", "12.90 EUR"}, {"12,90", markUnstated, "EUR", "12.90 EUR"}, {"12", markUnstated, "EUR", "12.00 EUR"},
		{"1,234.50", markUnstated, "EUR", "1234.50 EUR"}, {"1.234,50", markUnstated, "EUR", "1234.50 EUR"}, {"1 234,50", markUnstated, "EUR", "1234.50 EUR"},
		{"1\u00a0234,50\u202f€", markComma, "", "1234.50 EUR"}, {"€ 12,90", markComma, "EUR", "12.90 EUR"}, {"12.90 EUR", markPoint, "", "12.90 EUR"}, {"EUR12.90", markPoint, "", "12.90 EUR"},
		{"R$ 10,00", markComma, "BRL", "10.00 BRL"}, {"$5", markPoint, "CAD", "5.00 CAD"}, {"¥1,200", markPoint, "JPY", "1200 JPY"}, {"1'234.50 CHF", markPoint, "", "1234.50 CHF"},
		{"1.234.567", markUnstated, "EUR", "1234567.00 EUR"}, {"0.500", markUnstated, "EUR", "0.50 EUR"}, {"1234.500", markUnstated, "EUR", "1234.50 EUR"}, {"1.234", markPoint, "KWD", "1.234 KWD"},
		{"12.900", markPoint, "EUR", "12.90 EUR"}, {"1.234", markComma, "EUR", "1234.00 EUR"}, {"1,234,567.8", markUnstated, "EUR", "1234567.80 EUR"},
		{"1,234", markUnstated, "EUR", "amount_ambiguous"}, {"1.234", markUnstated, "EUR", "amount_ambiguous"}, {"12.90", markComma, "EUR", "amount_malformed"}, {"12,90", markPoint, "EUR", "amount_malformed"},
		{"1,23,456", markUnstated, "EUR", "amount_malformed"}, {"1.234,567.8", markUnstated, "EUR", "amount_malformed"}, {"1.2.3", markUnstated, "EUR", "amount_malformed"}, {"", markPoint, "EUR", "amount_malformed"},
		{"$5", markPoint, "", "currency_ambiguous"}, {"5", markPoint, "", "currency_missing"}, {"$5", markPoint, "EUR", "currency_conflict"}, {"EUR 5 EUR", markPoint, "EUR", "amount_malformed"},
		{"-5", markPoint, "EUR", "amount_negative"}, {"5-", markPoint, "EUR", "amount_malformed"}, {"1e3", markPoint, "EUR", "amount_malformed"}, {"٣", markPoint, "EUR", "amount_malformed"}, {"5.", markPoint, "EUR", "amount_malformed"},
	} {
		m, f := parseAmount([]byte(c.text), c.mark, c.currency)
		got := m.String()
		if f != nil {
			got = f.code
		}
		if got != c.want {
			t.Errorf("%q with mark %d in %q: got %s, want %s", c.text, c.mark, c.currency, got, c.want)
		}
	}
}

// However an amount is written, with its own mark it reads as itself.
func TestAmountReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		minor := rapid.Int64Range(0, maxAmount).Draw(t, "minor")
		whole, cents := fmt.Sprint(minor/100), fmt.Sprintf("%02d", minor%100)
		thousands := rapid.SampledFrom([]string{"", " ", "\u00a0", "'"}).Draw(t, "separator")
		mark, point := markPoint, "."
		if rapid.Bool().Draw(t, "comma") {
			mark, point = markComma, ","
		}
		var groups []string
		for len(whole) > 3 && thousands != "" {
			groups, whole = append([]string{whole[len(whole)-3:]}, groups...), whole[:len(whole)-3]
		}
		text := strings.Join(append([]string{whole}, groups...), thousands) + point + cents
		for _, m := range []decimalMark{mark, markUnstated} {
			got, f := parseAmount([]byte(text), m, "EUR")
			if f != nil || got != (recourse.Money{Minor: minor, Currency: "EUR"}) {
				t.Fatalf("%q with mark %d: %v, %+v", text, m, got, f)
			}
		}
	})
}

func TestParseDate(t *testing.T) {
	zone, err := time.LoadLocation("America/Sao_Paulo")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ layouts, text, want string }{
		{"iso", "2017-10-04 21:15:19", "2017-10-05T00:15:19Z"}, {"iso", "2017-10-04T21:15:19Z", "2017-10-04T21:15:19Z"}, {"iso", "2017-10-04 21:15:19 +0800", "2017-10-04T13:15:19Z"},
		{"iso", "2017-10-04 21:15:19.25-03", "2017-10-05T00:15:19Z"}, {"iso", "2017/10/04", "2017-10-04T03:00:00Z"}, {"iso", "2017-10-15", "2017-10-15T03:00:00Z"}, {"iso", "2017-10-15 00:30", "2017-10-15T03:30:00Z"}, {"iso", "2018-02-17 23:30", "2018-02-18T01:30:00Z"}, {"DD/MM/YYYY", "15/10/2017", "2017-10-15T03:00:00Z"}, {"iso", "2017-12-04 21:15", "2017-12-04T23:15:00Z"},
		{"iso", "2017-10-04 21:15:19 UTC", "2017-10-04T21:15:19Z"}, {"iso", "2024-02-29", "2024-02-29T03:00:00Z"}, {"iso", "2023-02-29", "date_malformed"}, {"iso", "2017-10/04", "date_malformed"},
		{"iso", "2017-13-04", "date_malformed"}, {"iso", "2017-10-04 25:00", "date_malformed"}, {"iso", "1066-10-14", "date_range"}, {"iso", "2200-06-01", "date_range"}, {"iso", "04/10/2017", "date_malformed"},
		{"DD/MM/YYYY", "04/10/2017", "2017-10-04T03:00:00Z"}, {"MM/DD/YYYY h:mm AM", "10/04/2017 9:15 PM", "2017-10-05T00:15:00Z"}, {"MMM D, YYYY", "Oct 4, 2017", "2017-10-04T03:00:00Z"},
		{"D.M.YY", "4.10.17", "2017-10-04T03:00:00Z"}, {"DD/MM/YYYY", "31/02/2017", "date_malformed"}, {"epoch", "1507151719", "2017-10-04T21:15:19Z"}, {"epoch", "1507151719000", "2017-10-04T21:15:19Z"},
		{"epoch", "-5", "date_malformed"}, {"excel", "43012.5", "2017-10-04T15:00:00Z"}, {"excel", "60.5", "date_range"}, {"excel", "NaN", "date_malformed"}, {"excel", "1e300", "date_malformed"},
	} {
		l, err := parseLayout(c.layouts)
		if err != nil {
			t.Errorf("%s: %v", c.layouts, err)
			continue
		}
		clock := clock{layouts: []layout{l}, zone: zone}
		at, f := clock.parse([]byte(c.text), false)
		got := at.UTC().Format(time.RFC3339)
		if f != nil {
			got = f.code
		}
		if got != c.want {
			t.Errorf("%q as %s: got %s, want %s", c.text, c.layouts, got, c.want)
		}
	}
	bare := clock{layouts: isoOnly}
	if _, f := bare.parse([]byte("2017-10-04"), false); f == nil || f.code != "date_zone" {
		t.Errorf("a local time without a zone: %+v", f)
	}
}

// What the hand-written reader takes, package time reads alike.
func TestISOAgreesWithTime(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	c := clock{layouts: isoOnly, zone: zone}
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(631_300_000, 7_000_000_000).Draw(t, "seconds"), 0).In(zone)
		form := rapid.SampledFrom([]string{time.DateTime, time.RFC3339, time.DateOnly, "2006-01-02 15:04:05 -0700", "2006/01/02 15:04"}).Draw(t, "form")
		text := at.Format(form)
		want, err := time.ParseInLocation(form, text, zone)
		if err != nil {
			t.Fatal(err)
		}
		if want.Format(form) != text {
			return // an hour that the clocks left out
		}
		if got, f := c.parse([]byte(text), false); f != nil || !got.Equal(want) {
			t.Fatalf("%s: got %v, want %v, %+v", text, got, want, f)
		}
	})
}

func TestCountries(t *testing.T) {
	for name, want := range map[string]string{"United States": "US", "usa": "US", "U.S.A.": "US", "DE": "DE", "de": "DE", "Korea, Republic of": "KR", "South Korea": "KR", "Côte d’Ivoire": "CI", "Bosnia and Herzegovina": "BA", "中国": "CN", "Atlantis": "", "EU": "", "": ""} {
		if got, _ := country([]byte(name)); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
	if codes, _ := countries(); len(codes) != 249 {
		t.Errorf("%d countries, ISO 3166-1 has 249", len(codes))
	}
}

func TestMeasures(t *testing.T) {
	for _, c := range []struct {
		text   string
		factor float64
		want   string
	}{{"1400", 1, "1400"}, {"1.4", 1000, "1400"}, {"1,4 kg", 1, "1400"}, {"250 g", 1000, "250"}, {"8 oz", 1, "227"}, {"5 stone", 1, "measure_unit"}, {"-1", 1, "measure_range"}, {"heavy", 1, "measure_malformed"}, {"9999999999999", 1, "measure_range"}} {
		n, f := parseMeasure([]byte(c.text), markUnstated, c.factor, weightUnits)
		got := fmt.Sprint(n)
		if f != nil {
			got = f.code
		}
		if got != c.want {
			t.Errorf("%q: got %s, want %s", c.text, got, c.want)
		}
	}
	if s, f := parseSize([]byte("32 × 28,5 x 6 in"), markComma, 10); f != nil || s != (recourse.Size{813, 724, 152}) {
		t.Errorf("size %v, %+v", s, f)
	}
}
