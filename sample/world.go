package sample

// land is a country that the shops sell to. Each has its own way of writing a street, and letters that need more than
// ASCII.
//
// Flat and phone take a number; street takes the number and the name, in the order of the
// country. First and last are names, drawn apart.
type land struct {
	name     string // as the export writes it
	store    string
	currency string
	share    int // of the orders, in a thousand
	days     int // a parcel takes at least
	phone    string
	street   string // number and street
	flat     string
	places   []place
	streets  []string
	first    []string
	last     []string
}

// place is a town. The zip codes are real ones, leading zeros and letters included; the streets in them are not.
type place struct{ region, city, zip string }

// lands are FR, US, DE, BR and GB. Telephone numbers are of the ranges that are never given to anybody.
var lands = []land{
	{
		name: "France", store: "Maison Lumière", currency: "EUR", share: 330, days: 9, phone: "+33 1 99 00 12 %02d", street: "%d %s", flat: "appt %d",
		places: []place{{"Île-de-France", "Paris", "75011"}, {"Auvergne-Rhône-Alpes", "Lyon", "69003"}, {"Occitanie", "Nîmes", "30000"},
			{"Provence-Alpes-Côte d'Azur", "Arles", "13200"}, {"Auvergne-Rhône-Alpes", "Bourg-en-Bresse", "01000"}},
		streets: []string{"rue des Érables", "rue de l'Église", "avenue du Général-Noël", "impasse des Mûriers", "quai de la Forêt"},
		first:   []string{"Zoé", "Léa", "Chloé", "François", "Jérôme", "Anaïs", "Hélène", "Théo", "Loïc", "Maëlle"},
		last:    []string{"Lefèvre", "Dubois", "Garçon", "Moreau", "Bérenger", "Vallée", "Chevalier", "D'Hauteville", "Noël", "Perrot"},
	},
	{
		name: "United States", store: "Brightly & Co", currency: "USD", share: 280, days: 8, phone: "+1 202 555 01%02d", street: "%d %s", flat: "Apt %d",
		places:  []place{{"Massachusetts", "Cambridge", "02139"}, {"California", "Fresno", "93701"}, {"Texas", "Austin", "78701"}, {"Ohio", "Dayton", "45402"}, {"New Jersey", "Newark", "07102"}},
		streets: []string{"Elm Street", "Juniper Ave", "Old Mill Road", "Harbor View Dr", "W 9th Street, Building C"},
		first:   []string{"Sam", "Ada", "Maya", "José", "Grace", "Owen", "Nora", "Renée", "Tyler", "Ivy"},
		last:    []string{"Roe", "Halloway", "Núñez", "O'Dell", "Park", "Lindqvist", "Brooks", "Tran", "Whitfield", "Okafor"},
	},
	{
		name: "Germany", store: "Maison Lumière", currency: "EUR", share: 190, days: 9, phone: "+49 30 23125 1%02d", street: "%[2]s %[1]d", flat: "Whg. %d",
		places:  []place{{"Berlin", "Berlin", "10115"}, {"Bayern", "München", "80331"}, {"Nordrhein-Westfalen", "Köln", "50667"}, {"Sachsen", "Görlitz", "02826"}},
		streets: []string{"Ahornstraße", "Am Mühlbach", "Lindenallee", "Bäckergasse", "Schloßweg"},
		first:   []string{"Jürgen", "Sören", "Käthe", "Lena", "Björn", "Annelie", "Jörg", "Mia", "Günther", "Zoë"},
		last:    []string{"Weiß", "Müller-Lüdens", "Schäfer", "Köhler", "Brandt", "Größer", "Hübner", "Vogt", "Krüger", "Lange"},
	},
	{
		name: "Brazil", store: "Brightly & Co", currency: "USD", share: 110, days: 14, phone: "+55 11 5550 01%02d", street: "%[2]s, %[1]d", flat: "apto %d",
		places:  []place{{"SP", "São Paulo", "01310-100"}, {"RJ", "Niterói", "24020-005"}, {"GO", "Goiânia", "74003-010"}, {"PR", "Maringá", "87013-000"}},
		streets: []string{"Rua das Acácias", "Avenida São João Velho", "Travessa do Pinhão", "Rua Conceição", "Alameda dos Ipês"},
		first:   []string{"João", "Luísa", "Inês", "Antônio", "Beatriz", "Caio", "Conceição", "Tomás", "Íris", "Rui"},
		last:    []string{"Araújo", "Magalhães", "Simões", "Gonçalves", "Prado", "Brandão", "Lacerda", "Falcão", "Nóbrega", "Teles"},
	},
	{
		name: "United Kingdom", store: "Brightly & Co", currency: "USD", share: 90, days: 9, phone: "+44 20 7946 09%02d", street: "%d %s", flat: "Flat %d",
		places:  []place{{"London", "London", "N1 9GU"}, {"Scotland", "Edinburgh", "EH1 1YZ"}, {"Wales", "Swansea", "SA1 3SN"}, {"Devon", "Exeter", "EX1 1GF"}},
		streets: []string{"High Street", "Orchard Lane", "St Aldhelm's Row", "Canal Walk", "Beech Close"},
		first:   []string{"Imogen", "Rhys", "Callum", "Siân", "Priya", "Alfie", "Seán", "Bronwen", "Hugh", "Zara"},
		last:    []string{"Ashdown", "Llewellyn", "McInnes", "O'Shea", "Patel", "Thorne", "Whitlock", "Farrow", "Baines", "Quill"},
	},
}

// someLand picks a country by its share of the orders.
func (m *maker) someLand() *land {
	n := m.rand.IntN(1000)
	for i := range lands {
		if n -= lands[i].share; n < 0 {
			return &lands[i]
		}
	}
	return &lands[0] // unreachable while the shares make a thousand, which is a test
}

// shop is a supplier on Tmall and the days that it promises to ship within.
type shop struct {
	name string
	days int
}

// The furniture shop takes a week, the shop for small wares two days: ship-by dates differ within an order.
var shops = []shop{
	{"杭州明月灯饰旗舰店", 3}, {"景德镇青瓷坊专营店", 5}, {"苏州锦绣丝绸旗舰店", 3}, {"义乌小满家居专营店", 2},
	{"深圳快乐数码专卖店", 2}, {"佛山乐居家具旗舰店", 7}, {"广州云裳服饰旗舰店", 3}, {"Yiwu Lucky 百货专营店", 4},
}

// shops and products go together: a shop sells its own goods only, so that an order with goods of two shops makes two
// purchases. Their names and titles are in Chinese, French, German and English, some with quotes and commas, since that
// is what breaks a reader of books.

// product is what is sold: cost in fen and price in euro cents, of a piece.
//
// The lists must stay in their order, for a book is drawn from them by index.
type product struct {
	sku, title  string
	cost, price int
	shop        *shop
}

var products = []product{
	{"LAMP-CEL-01", "Lampe de chevet céladon, abat-jour en lin", 12900, 4990, &shops[0]},
	{"LAMP-PAP-02", "Paper lantern 宫灯, large", 5800, 2490, &shops[0]},
	{"LAMP-LED-07", `LED strip "warm dusk", 5 m`, 3900, 1990, &shops[0]},
	{"TEA-QING-03", "Service à thé 青花瓷, 6 tasses", 16800, 6900, &shops[1]},
	{"VASE-JDZ-11", "Vase soliflore en porcelaine", 9900, 3990, &shops[1]},
	{"BOWL-JDZ-04", "Reisschale mit Glasur, 2 Stück", 4500, 1890, &shops[1]},
	{"SCARF-SU-21", "Foulard en soie 苏绣, brodé main", 13800, 5490, &shops[2]},
	{"ROBE-SU-22", "Silk robe, size M", 25900, 9900, &shops[2]},
	{"PILL-SU-05", "Seidenkissenbezug 40×60", 7200, 2990, &shops[2]},
	{"BOX-YW-31", "Boîte à couture, 3 étages", 4900, 2290, &shops[3]},
	{"HOOK-YW-32", "Wall hooks, set of 8", 1900, 990, &shops[3]},
	{"MAT-YW-33", "Tapis de bain « vague »", 3600, 1690, &shops[3]},
	{"EAR-SZ-41", "Wireless earbuds 降噪", 11900, 4590, &shops[4]},
	{"HUB-SZ-42", "USB-C hub, 7 ports", 8900, 3490, &shops[4]},
	{"CLOCK-SZ-43", "Réveil à projection", 6900, 2790, &shops[4]},
	{"CHAIR-FS-51", "Fauteuil en rotin 藤椅", 45900, 18900, &shops[5]},
	{"TABLE-FS-52", "Bamboo coffee table, 90 cm", 52000, 21900, &shops[5]},
	{"SHELF-FS-53", "Bücherregal, 5 Böden", 38800, 15900, &shops[5]},
	{"HANFU-GZ-61", "Hanfu 汉服, broderie grues", 29800, 11900, &shops[6]},
	{"COAT-GZ-62", "Linen jacket, navy", 18900, 7490, &shops[6]},
	{"BAG-GZ-63", "Sac cabas « été »", 7900, 3290, &shops[6]},
	{"TOY-YW-71", "Puzzle en bois 孔明锁", 3200, 1490, &shops[7]},
	{"KITE-YW-72", "Swallow kite 风筝", 4600, 1990, &shops[7]},
	{"PEN-YW-73", "Calligraphy brush set, bamboo", 5400, 2390, &shops[7]},
}

// noStock are the words by which DSers says that the goods cannot be had.
var noStock = []string{"Out of stock", "Product out of stock", "Product unavailable"}

// carriers, with the form of their tracking numbers.
var carriers = []struct{ name, number string }{
	{"YunExpress", "YT26%010d"}, {"4PX", "4PX3%010dCN"}, {"Cainiao", "LP00%010d"}, {"SF International", "SF10%010d"},
}
