package sample

import "recourse"

// ware is what the shop of [Shop] sells: cost in fen and price in euro cents, of a piece.
type ware struct {
	sku, title  string
	cost, price int
	shop        *shop
	grams       int
	size        recourse.Size
}

// The wares, by the suppliers that they are bought at.
var (
	lamp    = &ware{"LAMP-CEL-01", "Celadon bedside lamp with linen shade", 12900, 4990, &shops[0], 1900, recourse.Size{320, 220, 220}}
	lantern = &ware{"LAMP-PAP-02", "Rice-paper lantern, 45 cm", 5800, 2490, &shops[0], 420, recourse.Size{460, 460, 60}}
	sconce  = &ware{"LAMP-BAM-05", "Woven bamboo wall light", 8800, 3690, &shops[0], 900, recourse.Size{300, 300, 180}}
	teaset  = &ware{"TEA-QING-03", "Blue-and-white tea set, pot and six cups", 16800, 6900, &shops[1], 2300, recourse.Size{360, 280, 190}}
	vase    = &ware{"VASE-JDZ-11", "Porcelain bud vase, moon white", 9900, 3990, &shops[1], 1100, recourse.Size{160, 160, 340}}
	bowls   = &ware{"BOWL-JDZ-04", "Glazed rice bowls, set of two", 4500, 1890, &shops[1], 760, recourse.Size{160, 160, 150}}
	scarf   = &ware{"SCARF-SU-21", "Hand-embroidered Suzhou silk scarf", 13800, 5490, &shops[2], 120, recourse.Size{240, 180, 20}}
	robe    = &ware{"ROBE-SU-22", "Mulberry silk robe, size M", 25900, 9900, &shops[2], 480, recourse.Size{320, 260, 60}}
	pillow  = &ware{"PILL-SU-05", "Silk pillowcase 50 × 75 cm, ivory", 7200, 2990, &shops[2], 150, recourse.Size{260, 200, 30}}
	sewing  = &ware{"BOX-YW-31", "Three-tier wooden sewing box", 4900, 2290, &shops[3], 1600, recourse.Size{300, 200, 210}}
	mat     = &ware{"MAT-YW-33", "Wave bath mat, diatomite", 3600, 1690, &shops[3], 1300, recourse.Size{600, 390, 10}}
	buds    = &ware{"EAR-SZ-41", "Wireless earbuds with noise cancelling", 11900, 4590, &shops[4], 95, recourse.Size{90, 90, 40}}
	hub     = &ware{"HUB-SZ-42", "USB-C hub, 7 ports, aluminium", 8900, 3490, &shops[4], 130, recourse.Size{130, 60, 20}}
	clock   = &ware{"CLOCK-SZ-43", "Projection alarm clock", 6900, 2790, &shops[4], 310, recourse.Size{180, 100, 90}}
	chair   = &ware{"CHAIR-FS-51", "Rattan armchair", 45900, 18900, &shops[5], 9800, recourse.Size{720, 680, 820}}
	table   = &ware{"TABLE-FS-52", "Bamboo coffee table, 90 cm", 52000, 21900, &shops[5], 14200, recourse.Size{920, 520, 140}}
	jacket  = &ware{"COAT-GZ-62", "Linen jacket, navy, size L", 18900, 7490, &shops[6], 620, recourse.Size{380, 300, 70}}
	tote    = &ware{"BAG-GZ-63", "Canvas tote with inside pocket", 7900, 3290, &shops[6], 390, recourse.Size{400, 350, 30}}
	kite    = &ware{"KITE-YW-72", "Swallow kite, hand-painted silk", 4600, 1990, &shops[7], 350, recourse.Size{700, 120, 60}}
	brushes = &ware{"PEN-YW-73", "Calligraphy brush set in bamboo roll", 5400, 2390, &shops[7], 260, recourse.Size{330, 90, 50}}
)

// rates are the minor units of a currency for a hundred euro cents, and to what a price is rounded so that it looks
// like one. The won has no smaller unit.
var rates = map[recourse.Currency]struct{ per100, round int }{
	"EUR": {100, 1}, "USD": {110, 10}, "GBP": {86, 10}, "BRL": {610, 10}, "KRW": {1580, 1000}, "CAD": {150, 10},
}

// in is the price of a piece in a currency.
func (w *ware) in(currency recourse.Currency) recourse.Money {
	r := rates[currency]
	minor := w.price * r.per100 / 100
	return recourse.Money{Minor: int64((minor + r.round/2) / r.round * r.round), Currency: currency}
}

// person is a buyer. None of them exists: mail goes to example.com.
type person struct {
	name, mail, locale                      string
	country, region, city, postcode, street string
	currency                                recourse.Currency
}

func (p *person) address() *recourse.Address {
	return &recourse.Address{Country: p.country, Region: p.region, City: p.city, Postcode: p.postcode, Street: p.street, Name: p.name}
}

var (
	camille  = &person{"Camille Roux", "camille.roux@example.com", "fr-FR", "FR", "Auvergne-Rhône-Alpes", "Lyon", "69003", "12 rue Garibaldi", "EUR"}
	louis    = &person{"Louis Ferrand", "l.ferrand@example.com", "fr-FR", "FR", "Occitanie", "Toulouse", "31000", "4 rue des Filatiers", "EUR"}
	anais    = &person{"Anaïs Le Goff", "anais.legoff@example.com", "fr-FR", "FR", "Bretagne", "Rennes", "35000", "27 rue Saint-Malo", "EUR"}
	mehdi    = &person{"Mehdi Benali", "mehdi.benali@example.com", "fr-FR", "FR", "Provence-Alpes-Côte d'Azur", "Marseille", "13006", "81 rue Paradis", "EUR"}
	jeanne   = &person{"Jeanne Vasseur", "jeanne.vasseur@example.com", "fr-FR", "FR", "Hauts-de-France", "Lille", "59800", "15 rue de Gand", "EUR"}
	hugo     = &person{"Hugo Marchal", "hugo.marchal@example.com", "fr-FR", "FR", "Grand Est", "Nancy", "54000", "", "EUR"}
	marion   = &person{"Marion Delacroix", "m.delacroix@example.com", "fr-FR", "FR", "Île-de-France", "Paris", "75011", "3 passage de la Fonderie", "EUR"}
	lukas    = &person{"Lukas Brandt", "lukas.brandt@example.com", "de-DE", "DE", "Berlin", "Berlin", "10437", "Gleimstraße 40", "EUR"}
	katrin   = &person{"Katrin Schäfer", "katrin.schaefer@example.com", "de-DE", "DE", "Nordrhein-Westfalen", "Köln", "50672", "Maastrichter Straße 9", "EUR"}
	jonas    = &person{"Jonas Weiß", "jonas.weiss@example.com", "de-DE", "DE", "Sachsen", "Leipzig", "04229", "Karl-Heine-Straße 62", "EUR"}
	grace    = &person{"Grace Halloway", "grace.halloway@example.com", "en-US", "US", "OR", "Portland", "97214", "2715 SE Taylor St", "USD"}
	tyler    = &person{"Tyler Nguyen", "tyler.nguyen@example.com", "en-US", "US", "TX", "Austin", "78704", "1109 Annie St, Apt 3", "USD"}
	denise   = &person{"Denise Okafor", "denise.okafor@example.com", "en-US", "US", "IL", "Chicago", "60622", "948 N Damen Ave", "USD"}
	sam      = &person{"Sam Whitfield", "sam.whitfield@example.com", "en-US", "US", "MA", "Cambridge", "02139", "55 Magazine St", "USD"}
	beatriz  = &person{"Beatriz Nóbrega", "beatriz.nobrega@example.com", "pt-BR", "BR", "SP", "São Paulo", "01310-100", "Alameda Santos, 1470", "BRL"}
	caio     = &person{"Caio Magalhães", "caio.magalhaes@example.com", "pt-BR", "BR", "PR", "Curitiba", "80010-130", "Rua XV de Novembro, 820", "BRL"}
	minji    = &person{"김민지", "minji.kim@example.com", "ko-KR", "KR", "서울특별시", "서울", "04043", "마포구 양화로 140", "KRW"}
	junho    = &person{"박준호", "junho.park@example.com", "ko-KR", "KR", "부산광역시", "부산", "48060", "해운대구 센텀중앙로 97", "KRW"}
	imogen   = &person{"Imogen Ashdown", "imogen.ashdown@example.com", "en-GB", "GB", "", "Bristol", "BS6 5EY", "18 Picton Street", "GBP"}
	rhys     = &person{"Rhys Llewellyn", "rhys.llewellyn@example.com", "en-GB", "GB", "", "Cardiff", "CF11 9LJ", "6 Pontcanna Street", "GBP"}
	sophie   = &person{"Sophie Tremblay", "sophie.tremblay@example.com", "fr-CA", "CA", "QC", "Montréal", "H2T 1S4", "5140 rue Saint-Urbain", "CAD"}
	niamh    = &person{"Niamh Brennan", "niamh.brennan@example.com", "en-IE", "IE", "", "Galway", "H91 E9TX", "22 Dominick Street Lower", "EUR"}
	moved    = &recourse.Address{Country: "DE", Region: "Sachsen", City: "Leipzig", Postcode: "04277", Street: "Kochstraße 112", Name: "Jonas Weiß"}
	newHouse = &recourse.Address{Country: "US", Region: "IL", City: "Chicago", Postcode: "60647", Street: "2410 W Fullerton Ave", Name: "Denise Okafor"}
)
