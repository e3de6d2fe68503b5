package desk_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"recourse"
	"recourse/desk"
	"recourse/sourcing"
)

// TestShippingLines: a merchant's own stand beside those that everybody has or in their place, for that merchant alone; offers
// and goods that are too big go by them; what is no line is refused whole.
func TestShippingLines(t *testing.T) {
	databases(t, func(t *testing.T, address string) {
		at := &clock{at: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
		d := open(t, address, at.now)
		put := func(lines ...sourcing.Line) (int, error) {
			return d.PutShippingLines(t.Context(), shop, "me", lines...)
		}
		cny := func(n int64) recourse.Money { return recourse.Money{Minor: n, Currency: "CNY"} }
		yun := sourcing.Line{ID: "yun", Name: "云途", Countries: []string{"FR"}, WeightG: 2000, Prices: []sourcing.Step{{UpToG: 2000, Price: cny(9900)}}}
		if n, err := put(yun, sourcing.Line{ID: "courier", Off: true}); n != 2 || err != nil {
			t.Fatal(n, err)
		}
		if n, err := put(yun); n != 0 || err != nil {
			t.Error(n, err)
		}
		for field, l := range map[string]sourcing.Line{"line": {ID: "a b"}, "prices": {ID: "x", Prices: []sourcing.Step{{UpToG: 1, Price: cny(-1)}}}, "countries": {ID: "x", Countries: []string{"France"}}} {
			_, err := put(sourcing.Line{ID: "beside"}, l)
			if e, ok := err.(*recourse.Error); !ok || e.Code != "lines_value" || e.Field != field {
				t.Errorf("%s: %v", field, err)
			}
		}
		all, err := d.ShippingLines(t.Context(), shop)
		ids := func(all []desk.LineCard) (out []string) {
			for _, l := range all {
				mark := ""
				if l.Own {
					mark = "!"
				}
				if l.Off {
					mark += "-"
				}
				out = append(out, mark+l.ID)
			}
			return out
		}
		if got := ids(all); err != nil || !slices.Equal(got, []string{"!-courier", "ems", "upu_parcel", "upu_small_packet", "!yun"}) || !all[0].Standard {
			t.Errorf("%v %v", got, err)
		}
		ways, err := d.Fit(t.Context(), shop, []sourcing.Item{{Line: 1, Pieces: 3, WeightG: 900, SizeMM: recourse.Size{300, 200, 100}}}, sourcing.Destination{Country: "FR"})
		if err != nil || ways.Ways[0].Lines[0].ID != "yun" || ways.Ways[0].Price != cny(19_800) || slices.ContainsFunc(ways.Ways, func(w sourcing.Way) bool { return w.Lines[0].ID == "courier" }) {
			t.Errorf("%+v %v", ways, err)
		}
		tooMany := make([]sourcing.Line, sourcing.MaxLines)
		for i := range tooMany {
			tooMany[i] = sourcing.Line{ID: "l" + strconv.Itoa(i)}
		}
		if _, err := put(tooMany...); recourse.CodeOf(err) != "lines_many" {
			t.Error(err)
		}
		for id, code := range map[string]string{"yun": "", "courier": "", "ems": "line_standard", "nobody": "line_unknown"} {
			if err := d.DropShippingLine(t.Context(), shop, id); recourse.CodeOf(err) != code && !(err == nil && code == "") {
				t.Errorf("%s: %v", id, err)
			}
		}
		if all, err = d.ShippingLines(t.Context(), shop); err != nil || len(all) != 4 || all[0].Off {
			t.Errorf("%v %v", ids(all), err)
		}
		if _, err := d.Ways(t.Context(), shop, "9-1"); recourse.CodeOf(err) != "case_unknown" {
			t.Error(err)
		}
	})
}
