package reorder

import (
	"bytes"
	"encoding/csv"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/sourcing/address"
)

func item(change func(*recourse.OrderFile, *recourse.Effect)) *Item {
	i := &Item{
		File: &recourse.OrderFile{Order: recourse.Order{ID: "1001", Buyer: &recourse.Buyer{Name: "Zoë", Email: "zoe@example.com"},
			ShipTo: &recourse.Address{Country: "FR", City: "Saint-Étienne", Postcode: "42000", Street: "12, rue de l’Église (n° 5)", Name: "Zoë Lefèvre", Phone: "+33 (0)6 12.34-56 78"},
			Lines:  []recourse.Line{{Line: 1, SKU: "LAMP-BL", Product: "1005001", Title: "Lamp", Quantity: 2}, {Line: 2, SKU: "MUG", Quantity: 1}}}},
		Effect: recourse.Effect{ID: "1001-1/4", Case: "1001-1", Kind: recourse.EffectReorder, At: time.Date(2026, 3, 6, 23, 0, 0, 0, time.UTC), Lines: []recourse.Pieces{{Line: 1, Quantity: 2}}},
	}
	if change != nil {
		change(i.File, &i.Effect)
	}
	return i
}

func shipTo(a recourse.Address) func(*recourse.OrderFile, *recourse.Effect) {
	return func(f *recourse.OrderFile, _ *recourse.Effect) {
		to := *f.Order.ShipTo
		for _, p := range []struct{ to, from *string }{{&to.Country, &a.Country}, {&to.Region, &a.Region}, {&to.City, &a.City}, {&to.Postcode, &a.Postcode}, {&to.Street, &a.Street}, {&to.Name, &a.Name}, {&to.Phone, &a.Phone}, {&to.TaxID, &a.TaxID}} {
			if *p.from == "-" {
				*p.to = ""
			} else if *p.from != "" {
				*p.to = *p.from
			}
		}
		f.Order.ShipTo = &to
	}
}

// TestFile compares the file with the documented template.
func TestFile(t *testing.T) {
	rows, err := File([]Item{*item(nil)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := Write(&b, rows); err != nil {
		t.Fatal(err)
	}
	want := "Order number,Date,Country,Product id,SKU,Product count,Order memo,Contact person,Mobile no,Email,Address,Address2,Province,City,Zip,RUT,Personal Clearance ID,Passport/ Alien registration Card Number,CPF\r\n" +
		"1001,2026-03-06,France,1005001,LAMP-BL,2,Reorder of 1001 ref 1001-1,Zoe Lefevre,+33612345678,,12 rue de l Eglise n 5,,other,Saint-Etienne,42000,,,,\r\n"
	if b.String() != want {
		t.Errorf("%q, wanted %q", b.String(), want)
	}
	if want := []string{"Contact person", "Address", "City", "Province"}; !slices.Equal(sorted(rows[0].Changed), sorted(want)) {
		t.Errorf("changed: %v", rows[0].Changed)
	}
	back, err := csv.NewReader(&b).ReadAll()
	if err != nil || len(back) != 2 || len(back[1]) != int(columns) {
		t.Error(back, err)
	}
	rows, err = Rows(item(nil), Options{CityOther: true})
	if err != nil || rows[0].Cells[city] != "other" || rows[0].Cells[address2] != "Saint-Etienne" {
		t.Error(rows, err)
	}
}

func sorted(s []string) []string { s = slices.Clone(s); slices.Sort(s); return s }

// TestCountries: each country's own rules.
func TestCountries(t *testing.T) {
	for _, c := range []struct {
		to   recourse.Address
		cell column
		want string
	}{
		{recourse.Address{Country: "US", Region: "IL", Postcode: "60647-1234"}, province, "Illinois"},
		{recourse.Address{Country: "US", Region: "US-NY", Postcode: "10001"}, country, "United States"},
		{recourse.Address{Country: "CA", Region: "QC", Postcode: "h2x 1y4"}, zip, "H2X 1Y4"},
		{recourse.Address{Country: "GB", Region: "England", Postcode: "SW1A 1AA"}, country, "United Kingdom"},
		{recourse.Address{Country: "CI", Region: "Abidjan", Postcode: "-"}, zip, "00000"},
		{recourse.Address{Country: "CI", Region: "Abidjan", Postcode: "-"}, country, "Cote D Ivoire"},
		{recourse.Address{Country: "RE", Region: "Réunion", Postcode: "97400"}, country, "Reunion"},
		{recourse.Address{Country: "BR", Region: "SP", Postcode: "01310-100", TaxID: "529.982.247-25"}, cpf, "52998224725"},
		{recourse.Address{Country: "CL", Region: "Metropolitana", Postcode: "8320000", TaxID: "12.345.678-5"}, rut, "12345678-5"},
		{recourse.Address{Country: "KR", Region: "Seoul", Postcode: "04524", TaxID: "p123456789012"}, clearance, "P123456789012"},
		{recourse.Address{Country: "KR", Region: "Seoul", Postcode: "04524", TaxID: "M12345678"}, passport, "M12345678"},
		{recourse.Address{Country: "DE", Region: "-", Postcode: "10115", Street: "Große Straße 5/7"}, address1, "Grosse Strasse 5-7"},
		{recourse.Address{Country: "PL", Region: "-", Postcode: "00-950", City: "Łódź"}, city, "Lodz"},
	} {
		rows, err := Rows(item(shipTo(c.to)), Options{})
		if err != nil || rows[0].Cells[c.cell] != c.want {
			t.Errorf("%+v: %q, wanted %q; %v", c.to, rows[0].Cells[c.cell], c.want, err)
		}
	}
}

// TestWrong: everything that DSers would not take is told by its column, and no personal value with it.
func TestWrong(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*recourse.OrderFile, *recourse.Effect)
		want   []string
	}{
		"no phone":          {shipTo(recourse.Address{Phone: "-"}), []string{"Mobile no reorder_phone_missing"}},
		"no number":         {shipTo(recourse.Address{Phone: "call me"}), []string{"Mobile no reorder_phone"}},
		"extension":         {shipTo(recourse.Address{Phone: "+33612345678;ext=5"}), []string{"Mobile no reorder_phone"}},
		"erased":            {shipTo(recourse.Address{Phone: "—", Street: "—", City: "—", Name: "—", Postcode: "—"}), []string{"Mobile no reorder_phone_missing", "Address reorder_missing", "City reorder_missing", "Zip reorder_missing"}},
		"no country":        {shipTo(recourse.Address{Country: "-", Region: "x"}), []string{"Country reorder_missing"}},
		"no province":       {shipTo(recourse.Address{Country: "US", Postcode: "60647"}), []string{"Province reorder_missing"}},
		"zip":               {shipTo(recourse.Address{Postcode: "4200"}), []string{"Zip reorder_zip"}},
		"zip of US":         {shipTo(recourse.Address{Country: "US", Region: "IL", Postcode: "6064"}), []string{"Zip reorder_zip"}},
		"zip of another":    {shipTo(recourse.Address{Country: "US", Region: "CA", Postcode: "60647"}), []string{"Zip reorder_address"}},
		"Korean letters":    {shipTo(recourse.Address{Name: "홍길동"}), []string{"Contact person reorder_letters"}},
		"Chinese street":    {shipTo(recourse.Address{Street: "人民路 5 号"}), []string{"Address reorder_letters"}},
		"CPF missing":       {shipTo(recourse.Address{Country: "BR", Region: "SP", Postcode: "01310-100"}), []string{"CPF reorder_tax_missing"}},
		"CPF wrong":         {shipTo(recourse.Address{Country: "BR", Region: "SP", Postcode: "01310-100", TaxID: "529.982.247-24"}), []string{"CPF reorder_cpf"}},
		"RUT wrong":         {shipTo(recourse.Address{Country: "CL", Region: "RM", Postcode: "8320000", TaxID: "12.345.678-K"}), []string{"RUT reorder_rut"}},
		"clearance short":   {shipTo(recourse.Address{Country: "KR", Region: "Seoul", Postcode: "04524", TaxID: "P12345678901"}), []string{"Passport/ Alien registration Card Number reorder_clearance"}},
		"no address at all": {func(f *recourse.OrderFile, _ *recourse.Effect) { f.Order.ShipTo = nil }, []string{"Mobile no reorder_phone_missing", "Country reorder_missing", "Address reorder_missing", "City reorder_missing", "Province reorder_missing", "Zip reorder_missing"}},
		"no product":        {func(f *recourse.OrderFile, e *recourse.Effect) { e.Lines[0].Line = 2 }, []string{"Product id reorder_product"}},
		"no line":           {func(f *recourse.OrderFile, e *recourse.Effect) { e.Lines[0].Line = 9 }, []string{"SKU reorder_lines"}},
		"no lines":          {func(f *recourse.OrderFile, e *recourse.Effect) { e.Lines = nil }, []string{" reorder_lines"}},
		"no SKU":            {func(f *recourse.OrderFile, e *recourse.Effect) { f.Order.Lines[0].SKU = "" }, []string{"SKU reorder_sku"}},
		"formulas": {func(f *recourse.OrderFile, e *recourse.Effect) {
			f.Order.Lines[0].SKU, f.Order.Lines[0].Product, f.Order.ID = "=1+1", "@SUM(A1)", "-2"
		}, []string{"Order number reorder_formula", "Product id reorder_formula", "SKU reorder_formula"}},
	} {
		_, err := Rows(item(c.change), Options{})
		var got []string
		for _, e := range unjoined(err) {
			own, ok := e.(*Fault)
			if !ok || own.Case != "1001-1" {
				t.Fatalf("%s: %#v", name, e)
			}
			got = append(got, own.Err.Field+" "+own.Err.Code)
			for _, personal := range []string{"Zoë", "Zoe", "Lefèvre", "3361", "call me", "홍길동", "人民路", "529", "12.345", "12345678"} {
				if strings.Contains(e.Error(), personal) {
					t.Errorf("%s: %q tells %q", name, e, personal)
				}
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, wanted %q", name, got, c.want)
		}
	}
}

func unjoined(err error) []error {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		return many.Unwrap()
	}
	if err == nil {
		return nil
	}
	return []error{err}
}

// TestOneWrong: what is right is given beside what is wrong, so that a person may skip.
func TestOneWrong(t *testing.T) {
	rows, err := File([]Item{*item(nil), *item(shipTo(recourse.Address{Phone: "-"})), *item(nil)}, Options{})
	if len(rows) != 2 || recourse.CodeOf(err) != "reorder_phone_missing" {
		t.Error(rows, err)
	}
	rows, err = Rows(item(func(f *recourse.OrderFile, e *recourse.Effect) { e.Lines[0].Line = 2 }), Options{Products: map[string]string{"MUG": "77"}})
	if err != nil || rows[0].Cells[productID] != "77" {
		t.Error(rows, err)
	}
}

// Numbers that were checked by other means: those of published examples.
func TestNumbers(t *testing.T) {
	for s, want := range map[string]string{"529.982.247-25": "52998224725", "111.444.777-35": "11144477735", "11111111111": "", "52998224726": "", "5299822472": "", "=52998224725": "", "": ""} {
		if got := address.CPF(s); got != want {
			t.Errorf("CPF %q: %q", s, got)
		}
	}
	for s, want := range map[string]string{"12.345.678-5": "12345678-5", "30686957-4": "30686957-4", "7775777-K": "", "76086428-5": "76086428-5", "1-9": "", "123456785": "12345678-5", "10000013-K": "10000013-K", "10000013-k": "10000013-K"} {
		if got := address.RUT(s); got != want {
			t.Errorf("RUT %q: %q", s, got)
		}
	}
	for s, want := range map[string]string{"P123456789012": "P123456789012", "p12345-6789012": "P123456789012", "P12345678901": "", "Q123456789012": ""} {
		if got := address.Clearance(s); got != want {
			t.Errorf("clearance %q: %q", s, got)
		}
	}
}

// FuzzRows: whatever stands in an order, no cell is more than the template takes, and no formula gets out.
func FuzzRows(f *testing.F) {
	f.Add("Zoë", "12, rue", "Lyon", "69003", "+33612345678", "529.982.247-25", "BR", "SP", "SKU")
	f.Fuzz(func(t *testing.T, name, street, town, code, phone, tax, land, region, sku string) {
		i := item(func(f *recourse.OrderFile, _ *recourse.Effect) {
			f.Order.ShipTo = &recourse.Address{Country: land, Region: region, City: town, Postcode: code, Street: street, Name: name, Phone: phone, TaxID: tax}
			f.Order.Lines[0].SKU = sku
		})
		rows, err := Rows(i, Options{})
		if err != nil {
			if errors.Unwrap(err) == nil && len(unjoined(err)) == 0 {
				t.Error("an error without a cause")
			}
			return
		}
		for c, s := range rows[0].Cells {
			if s == "" || column(c) == mobile {
				continue
			}
			if strings.ContainsRune("=+-@\t\r", rune(s[0])) {
				t.Errorf("%s: %q", names[c], s)
			}
			if column(c) != sku_ && strings.ContainsFunc(s, func(r rune) bool { return r >= 0x80 || r < ' ' }) {
				t.Errorf("%s has other letters: %q", names[c], s)
			}
		}
	})
}

const sku_ = sku
