package address

import (
	"slices"
	"strings"
	"testing"

	"recourse"
)

// good are addresses as people of a country write them; people, houses and numbers are made up.
var good = []recourse.Address{
	{Country: "FR", Street: "14 rue des Lilas", Postcode: "69003", City: "Lyon", Name: "Zoë Lefèvre", Phone: "+33 6 12 34 56 78"},
	{Country: "FR", Street: "Lieu-dit Kerbihan", Postcode: "29 200", City: "Brest", Name: "Yann Le Goff", Phone: "0298123456"},
	{Country: "RE", Street: "5 rue du Grand Fond", Postcode: "97434", City: "Saint-Paul", Name: "Marie Payet", Phone: "0692 12 34 56"},
	{Country: "BE", Street: "Rue Haute 12", Postcode: "1000", City: "Bruxelles", Name: "Luc Maes", Phone: "+32 470 12 34 56"},
	{Country: "CH", Street: "Bahnhofstrasse 7", Postcode: "8001", City: "Zürich", Name: "Urs Frei", Phone: "+41 44 123 45 67"},
	{Country: "DE", Street: "Straße des 17. Juni 5", Postcode: "10115", City: "Berlin", Name: "Jörg Weiß", Phone: "030 1234567"},
	{Country: "AT", Street: "Ring 3/12", Postcode: "1010", City: "Wien", Name: "Eva Gruber", Phone: "+43 1 2345678"},
	{Country: "NL", Street: "Keizersgracht 1", Postcode: "1015 CJ", City: "Amsterdam", Name: "Jan de Vries", Phone: "06-12345678"},
	{Country: "GB", Street: "Rose Cottage, Mill Lane", Postcode: "SW1A 2AA", City: "London", Name: "Ann Hill", Phone: "07700 900123"},
	{Country: "GB", Street: "1 High Street", Postcode: "m11ae", City: "Manchester", Name: "Bo Ng", Phone: "+44 161 496 0000"},
	{Country: "JE", Street: "3 Rue du Port", Postcode: "JE2 4WE", City: "St Helier", Name: "Ann Le Sueur", Phone: "01534 123456"},
	{Country: "IE", Street: "4 Main Street", Postcode: "D02 AF30", City: "Dublin", Name: "Aoife Byrne", Phone: "+353 85 012 3456"},
	{Country: "IE", Street: "Glenbeg", City: "Co. Kerry", Name: "Sean Daly", Phone: "0850123456"},
	{Country: "ES", Street: "Calle Mayor 3, 2ºB", Postcode: "28013", City: "Madrid", Region: "Madrid", Name: "Iñigo Pérez", Phone: "612 345 678"},
	{Country: "PT", Street: "Rua Augusta 9", Postcode: "1100-048", City: "Lisboa", Name: "Rui Sá", Phone: "+351 912 345 678"},
	{Country: "IT", Street: "Via Roma 10", Postcode: "00184", City: "Roma", Region: "RM", Name: "Ada Neri", Phone: "+39 06 1234567"},
	{Country: "PL", Street: "ul. Długa 5/7", Postcode: "00-238", City: "Warszawa", Name: "Łukasz Wójcik", Phone: "+48 512 345 678"},
	{Country: "SE", Street: "Storgatan 1", Postcode: "111 22", City: "Stockholm", Name: "Åsa Öberg", Phone: "070-123 45 67"},
	{Country: "DK", Street: "Nørregade 2", Postcode: "1165", City: "København", Name: "Søren Juhl", Phone: "+45 20 12 34 56"},
	{Country: "CZ", Street: "Dlouhá 3", Postcode: "110 00", City: "Praha", Name: "Jiří Dvořák", Phone: "+420 601 234 567"},
	{Country: "US", Street: "1600 Elm St Apt 4", Postcode: "60647-1234", City: "Chicago", Region: "IL", Name: "Al Re", Phone: "(312) 555-0123"},
	{Country: "US", Street: "22 Oak Ave", Postcode: "90012", City: "Los Angeles", Region: "US-CA", Name: "Bea Cruz", Phone: "+1 213 555 0199"},
	{Country: "US", Street: "9 Elm St", Postcode: "01002", City: "Amherst", Region: "massachusetts", Name: "Bea Cruz", Phone: "4135550199"},
	{Country: "PR", Street: "12 Calle Luna", Postcode: "00901", City: "San Juan", Name: "Ana Díaz", Phone: "787-555-0123"},
	{Country: "CA", Street: "55 Rue Saint-Paul", Postcode: "H2Y 1H2", City: "Montréal", Region: "Québec", Name: "Guy Roy", Phone: "514 555 0123"},
	{Country: "CA", Street: "100 King St W", Postcode: "M5X1A9", City: "Toronto", Region: "ON", Name: "Mei Chan", Phone: "+1 416-555-0101"},
	{Country: "AU", Street: "8/12 Miller St", Postcode: "2060", City: "North Sydney", Region: "NSW", Name: "Kim Day", Phone: "0412 345 678"},
	{Country: "NZ", Street: "3 Queen St", Postcode: "1010", City: "Auckland", Name: "Tui Hohepa", Phone: "+64 21 123 456"},
	{Country: "JP", Street: "2-11-3 Meguro", Postcode: "153-0063", City: "Meguro-ku", Region: "Tokyo", Name: "Aki Mori", Phone: "090-1234-5678"},
	{Country: "KR", Street: "12 Sejong-daero", Postcode: "04524", City: "Seoul", Name: "Kim Minsu", Phone: "010-1234-5678", TaxID: "P123456789012"},
	{Country: "BR", Street: "Av. Paulista, 1000", Postcode: "01310-100", City: "São Paulo", Region: "SP", Name: "João Silva", Phone: "+55 11 91234-5678", TaxID: "529.982.247-25"},
	{Country: "BR", Street: "Rua da Praia, 5", Postcode: "90010000", City: "Porto Alegre", Region: "Rio Grande do Sul", Name: "Loja Sul Ltda", Phone: "51 3212 3456", TaxID: "11.222.333/0001-81"},
	{Country: "CL", Street: "Av. Providencia 123", Postcode: "7500000", City: "Santiago", Name: "Paz Soto", Phone: "+56 9 1234 5678", TaxID: "12.345.678-5"},
	{Country: "MX", Street: "Av. Juárez 20", Postcode: "06010", City: "México", Region: "CDMX", Name: "Luz Peña", Phone: "55 1234 5678", TaxID: "PELU800101AB1"},
	{Country: "AR", Street: "Av. Corrientes 500", Postcode: "C1043AAB", City: "Buenos Aires", Region: "Buenos Aires", Name: "Inés Gil", Phone: "+54 11 4123 4567", TaxID: "20-12345678-6"},
	{Country: "TR", Street: "Atatürk Bulvarı 3", Postcode: "06100", City: "Ankara", Name: "Ayşe Şahin", Phone: "+90 532 123 45 67", TaxID: "10000000146"},
	{Country: "ZA", Street: "7 Long Street", Postcode: "8001", City: "Cape Town", Name: "Thabo Nel", Phone: "082 123 4567", TaxID: "8001015009087"},
	{Country: "IL", Street: "HaYarkon 9", Postcode: "6343229", City: "Tel Aviv", Name: "Noa Levi", Phone: "+972 50 123 4567", TaxID: "123456782"},
	{Country: "ID", Street: "Jl. Merdeka 8", Postcode: "10110", City: "Jakarta", Name: "Budi Santoso", Phone: "+62 812 3456 7890", TaxID: "3171234101900001"},
	{Country: "IN", Street: "5 MG Road", Postcode: "560001", City: "Bengaluru", Region: "Karnataka", Name: "Asha Rao", Phone: "+91 98123 45678", TaxID: "ABCPR1234K"},
	{Country: "SG", Street: "10 Anson Road #05-01", Postcode: "079903", City: "Singapore", Name: "Tan Wei", Phone: "+65 8123 4567"},
	{Country: "AE", Street: "Villa 4, Al Wasl Road", City: "Dubai", Name: "Omar Said", Phone: "+971 50 123 4567"},
	{Country: "TW", Street: "No. 7, Sec. 5, Xinyi Rd", Postcode: "110", City: "Taipei", Name: "Chen Mei", Phone: "+886 912 345 678", TaxID: "A123456789"},
	{Country: "LI", Street: "Städtle 3", Postcode: "9490", City: "Vaduz", Name: "Max Vogt", Phone: "+423 232 12 34"},
}

func TestGoodAddresses(t *testing.T) {
	seen := map[string]bool{}
	for _, a := range good {
		seen[a.Country] = true
		if r := Check(&a, Terms{}); len(r.Findings) > 0 || !r.Ruled {
			t.Errorf("%s, %s %s: %+v", a.Street, a.Postcode, a.Country, r.Findings)
		}
	}
	if len(seen) < 25 {
		t.Errorf("only %d countries", len(seen))
	}
}

// TestWrongAddresses changes one field of a good address, or some, and names what has to be found, the wrong ones with a !.
func TestWrongAddresses(t *testing.T) {
	of := func(country string) recourse.Address {
		return good[slices.IndexFunc(good, func(a recourse.Address) bool { return a.Country == country })]
	}
	for _, c := range []struct {
		country string
		change  func(*recourse.Address)
		want    string
	}{
		{"FR", func(a *recourse.Address) { a.Country = "" }, "!country country_missing"},
		{"FR", func(a *recourse.Address) { a.Country = "ZZ" }, "!country country_unknown"},
		{"FR", func(a *recourse.Address) { a.City, a.Street = "", " " }, "!street street_missing !city city_missing"},
		{"FR", func(a *recourse.Address) { a.Postcode = "" }, "!postcode postcode_missing"},
		{"FR", func(a *recourse.Address) { a.Postcode = "690033" }, "!postcode postcode_shape"},
		{"FR", func(a *recourse.Address) { a.Postcode = "1000" }, "postcode postcode_zero"},
		{"FR", func(a *recourse.Address) { a.Postcode = "97434" }, "postcode postcode_overseas"},
		{"FR", func(a *recourse.Address) { a.Postcode = "00000" }, "postcode postcode_invented"},
		{"DE", func(a *recourse.Address) { a.Postcode = "1011" }, "postcode postcode_zero"},
		{"DE", func(a *recourse.Address) { a.Street = "Am Markt" }, "street street_number"},
		{"NL", func(a *recourse.Address) { a.Postcode = "1015" }, "!postcode postcode_shape"},
		{"GB", func(a *recourse.Address) { a.Postcode = "90210" }, "!postcode postcode_shape"},
		{"IE", func(a *recourse.Address) { a.Postcode = "12345" }, "!postcode postcode_shape"},
		{"PL", func(a *recourse.Address) { a.Postcode = "238" }, "!postcode postcode_shape"},
		{"ES", func(a *recourse.Address) { a.Postcode = "98013" }, "!postcode postcode_shape"},
		{"US", func(a *recourse.Address) { a.Postcode = "6064" }, "postcode postcode_zero"},
		{"US", func(a *recourse.Address) { a.Region = "CA" }, "!postcode postcode_region"},
		{"US", func(a *recourse.Address) { a.Region = "" }, "region region_missing"},
		{"US", func(a *recourse.Address) { a.Region = "Ilinois" }, "region region_unknown"},
		{"US", func(a *recourse.Address) { a.Street = "PO Box 55" }, "street street_box"},
		{"US", func(a *recourse.Address) { a.Phone = "+1 312 555 012" }, "phone phone_length"},
		{"CA", func(a *recourse.Address) { a.Region = "BC" }, "!postcode postcode_region"},
		{"CA", func(a *recourse.Address) { a.Postcode = "D2Y 1H2" }, "!postcode postcode_shape"},
		{"AU", func(a *recourse.Address) { a.Region = "VIC" }, "postcode postcode_region"},
		{"AU", func(a *recourse.Address) { a.Postcode = "20600" }, "!postcode postcode_shape"},
		{"BR", func(a *recourse.Address) { a.Region = "RJ" }, "!postcode postcode_region"},
		{"BR", func(a *recourse.Address) { a.TaxID = "529.982.247-24" }, "!tax_id tax_wrong"},
		{"BR", func(a *recourse.Address) { a.TaxID = "11.222.333/0001-82" }, "!tax_id tax_wrong"},
		{"BR", func(a *recourse.Address) { a.TaxID = "" }, "tax_id tax_missing"},
		{"BR", func(a *recourse.Address) { a.Postcode = "01310" }, "!postcode postcode_shape"},
		{"CL", func(a *recourse.Address) { a.TaxID = "12.345.678-K" }, "!tax_id tax_wrong"},
		{"KR", func(a *recourse.Address) { a.TaxID = "P12345678901" }, "!tax_id tax_wrong"},
		{"MX", func(a *recourse.Address) { a.Region = "Jalisco" }, "postcode postcode_region"},
		{"MX", func(a *recourse.Address) { a.TaxID = "" }, "tax_id tax_asked"},
		{"MX", func(a *recourse.Address) { a.TaxID = "PELU801301AB1" }, "tax_id tax_another"},
		{"AR", func(a *recourse.Address) { a.TaxID = "20-12345678-5" }, "!tax_id tax_wrong"},
		{"TR", func(a *recourse.Address) { a.TaxID = "10000000147" }, "!tax_id tax_wrong"},
		{"TR", func(a *recourse.Address) { a.TaxID = "U12345678" }, "tax_id tax_another"},
		{"ZA", func(a *recourse.Address) { a.TaxID = "8001015009088" }, "!tax_id tax_wrong"},
		{"IL", func(a *recourse.Address) { a.TaxID = "123456783" }, "!tax_id tax_wrong"},
		{"ID", func(a *recourse.Address) { a.TaxID = "3171239901900001" }, "!tax_id tax_wrong"},
		{"TW", func(a *recourse.Address) { a.TaxID = "A123456788" }, "!tax_id tax_wrong"},
		{"JP", func(a *recourse.Address) { a.Postcode = "153-006" }, "postcode postcode_zero"},
		{"JP", func(a *recourse.Address) { a.City, a.Name = "目黒区", "森" }, "name letters_latin city letters_latin"},
		{"BE", func(a *recourse.Address) { a.Name = "x" }, "name name_short"},
		{"BE", func(a *recourse.Address) { a.Name = "Test test" }, "name name_test"},
		{"BE", func(a *recourse.Address) { a.Street = "test 1" }, "street street_test"},
		{"BE", func(a *recourse.Address) { a.Street = "luc@example.org 12" }, "street street_mail"},
		{"BE", func(a *recourse.Address) { a.City = "1000" }, "city city_digits"},
		{"BE", func(a *recourse.Address) { a.Phone = "call me" }, "phone phone_shape"},
		{"BE", func(a *recourse.Address) { a.Phone = "+3247012345678901" }, "phone phone_length"},
		{"BE", func(a *recourse.Address) { a.Phone = "000000000" }, "phone phone_invented"},
		{"BE", func(a *recourse.Address) { a.Phone = "" }, "phone phone_missing"},
		{"BE", func(a *recourse.Address) { a.Name = "Luc 🎉" }, "name letters_signs"},
		{"BE", func(a *recourse.Address) { a.Street = strings.Repeat("Rue 1 ", 40) }, "street letters_many"},
		{"BE", func(a *recourse.Address) { a.Street, a.Partial, a.Phone, a.Name = "", true, "", "" }, ""},
		{"BE", func(a *recourse.Address) {
			a.Street, a.City, a.Postcode, a.Name, a.Phone = "—", "—", "—", "—", "—"
		}, ""},
	} {
		a := of(c.country)
		c.change(&a)
		var got []string
		r := Check(&a, Terms{})
		for _, f := range r.Findings {
			mark := ""
			if f.Severity == Wrong {
				mark = "!"
			}
			got = append(got, mark+string(f.Field)+" "+f.Code)
		}
		if g := strings.Join(got, " "); g != c.want {
			t.Errorf("%s %+v: %q, wanted %q", c.country, a, g, c.want)
		}
	}
	boxed := of("US")
	boxed.Street = "P.O. Box 7"
	if r := Check(&boxed, Terms{NoBoxes: true}); !r.Wrong() || !slices.Equal(r.Faults(), []string{"street_box"}) {
		t.Errorf("%+v", r)
	}
	// Of a country without rules only what holds everywhere, and the report says so.
	far := recourse.Address{Country: "TD", Street: "Avenue 5", City: "N'Djamena", Name: "Ali Sow", Phone: "+235 66 12 34 56", Postcode: "whatever"}
	if r := Check(&far, Terms{}); r.Ruled || len(r.Findings) > 0 {
		t.Errorf("%+v", r)
	}
	if r := Check(nil, Terms{}); len(r.Findings) > 0 {
		t.Errorf("%+v", r)
	}
}

// TestRules: every example is one, every region's country is known, no two countries share a row, and each has a source.
func TestRules(t *testing.T) {
	for code, c := range rules().countries {
		if fits, known := PostcodeFits(code, c.example); c.example != "" && (!fits || !known) {
			t.Errorf("%s: the example %q is none", code, c.example)
		}
		if c.tax != "" && kinds[c.tax] == nil {
			t.Errorf("%s: there is no test of a %s", code, c.tax)
		}
		if !slices.Contains(codes(), code) {
			t.Errorf("%s is no country", code)
		}
	}
	rows := table(countriesFile)
	if len(rows) != len(rules().countries) || len(Countries()) != len(rows) {
		t.Errorf("%d rows, %d countries", len(rows), len(rules().countries))
	}
	for _, r := range rows {
		if r["source"] == "" {
			t.Errorf("%s has no source", r["country"])
		}
	}
	for in, want := range map[string]string{"US-CA": "California", "il": "Illinois", "são paulo": "São Paulo", "BR-SP": "São Paulo", "Nowhere": ""} {
		country := "US"
		if strings.Contains(want, "Paulo") {
			country = "BR"
		}
		if got := RegionName(country, in); got != want {
			t.Errorf("%s: %q", in, got)
		}
	}
}

// FuzzCheck: no address stops the program, findings are in order and each names a field, and nothing of the address is in
// what is said of it.
func FuzzCheck(f *testing.F) {
	for _, a := range good {
		f.Add(a.Country, a.Region, a.City, a.Postcode, a.Street, a.Name, a.Phone, a.TaxID)
	}
	f.Add("KR", "", "서울", "0", "\x00", "\xff", "+", "P")
	f.Fuzz(func(t *testing.T, country, region, city, postcode, street, name, phone, tax string) {
		a := recourse.Address{Country: country, Region: region, City: city, Postcode: postcode, Street: street, Name: name, Phone: phone, TaxID: tax}
		r := Check(&a, Terms{})
		doubtful := false
		for _, x := range r.Findings {
			if x.Severity == Wrong && doubtful || x.Field == "" || x.Code == "" {
				t.Errorf("%+v", r.Findings)
			}
			doubtful = doubtful || x.Severity == Doubtful
		}
		if again := Check(&a, Terms{}); len(again.Findings) != len(r.Findings) {
			t.Error("looked at twice, it is another")
		}
		if !a.Deliverable() && len(country) < 10 && !r.Wrong() && strings.TrimSpace(country+city+street+postcode) != "" && !strings.Contains(country+city+street+postcode, "—") {
			t.Errorf("%+v cannot be delivered to, and nothing is wrong", a)
		}
	})
}
