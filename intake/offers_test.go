package intake

import (
	"bytes"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"recourse"
)

func offersOf(t *testing.T, text string) (rows []OfferRow, bad []*Reject) {
	t.Helper()
	l, err := OpenOffers(strings.NewReader(text), int64(len(text)), "offers.csv", "CNY")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.All(func(r OfferRow, b *Reject) error {
		if b != nil {
			bad = append(bad, b)
		} else {
			rows = append(rows, r)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return rows, bad
}

// TestOffers reads the columns in three languages, and turns away with a reason what is no offer.
func TestOffers(t *testing.T) {
	rows, bad := offersOf(t, "供应商,商品编码,商品名称,单价,库存,发货天数,重量,尺寸,店铺SKU,同款\n"+
		"天猫一号店,A1,黑色蓝牙耳机,¥ 89.90,120,2天,0.25 kg,18x16x8 cm,BT-9,是\n"+
		"天猫一号店,A2,红色蓝牙耳机,99,0,,,,,\n")
	if len(bad) != 0 || len(rows) != 2 {
		t.Fatalf("%+v %v", rows, bad)
	}
	r := rows[0]
	if r.Price != (recourse.Money{Minor: 8990, Currency: "CNY"}) || r.Stock != 120 || r.LeadDays != 2 || r.WeightG != 250 || r.SizeMM != (recourse.Size{180, 160, 80}) || r.For != "BT-9" || !r.Same {
		t.Errorf("%+v", r)
	}
	if rows[1].Stock != 0 || !rows[1].StockTold {
		t.Errorf("none in stock: %+v", rows[1])
	}
	rows, bad = offersOf(t, "fournisseur;titre;prix;devise;stock;poids;lien\n"+
		"A;Lampe;12,50;EUR;3;200 g;https://example.org/a\n"+
		";Lampe;12,50;EUR;3;;\n"+
		"A;;12,50;EUR;3;;\n"+
		"A;Lampe;0;EUR;3;;\n"+
		"A;Lampe;12,50;XQZ;3;;\n"+
		"A;Lampe;10000000000000000000;EUR;3;;\n"+
		"A;Lampe;;EUR;3;;\n"+
		"A;Lampe;1,50;EUR;-3;;\n"+
		"A;Lampe;1,50;EUR;3;3 stone;\n"+
		"A;Lampe;1,50;EUR;3;;javascript:alert(1)\n"+
		"B;Chaise;1,50;EUR;;;\n")
	if len(rows) != 2 || rows[1].StockTold {
		t.Errorf("%+v", rows)
	}
	want := []string{"3 offer_supplier", "4 offer_title", "5 offer_price", "6 currency_unknown", "7 ", "8 offer_price", "9 ", "10 measure_unit", "11 offer_url"}
	for i, w := range want {
		row, code, _ := strings.Cut(w, " ")
		if i >= len(bad) || !strings.HasPrefix(row, strings.TrimSpace(row)) || code != "" && bad[i].Code != code || bad[i].Reason == "" {
			t.Errorf("row %s: %+v", w, bad)
			break
		}
	}
	if len(bad) != len(want) {
		t.Errorf("%d rows were turned away, want %d", len(bad), len(want))
	}
}

func TestOffersNeedColumns(t *testing.T) {
	text := "supplier,title\nA,B\n"
	if _, err := OpenOffers(strings.NewReader(text), int64(len(text)), "x.csv", ""); recourse.CodeOf(err) != "offers_columns" {
		t.Error(err)
	}
	text = "supplier,title,price\nA,B,12\n"
	l, err := OpenOffers(strings.NewReader(text), int64(len(text)), "x.csv", "")
	if err != nil {
		t.Fatal(err)
	}
	if _, bad, _ := l.Next(); bad == nil || bad.Code != "currency_missing" {
		t.Errorf("%+v", bad)
	}
}

func TestOffersOfAWorkbook(t *testing.T) {
	f := excelize.NewFile()
	for i, row := range [][]any{{"Supplier", "SKU", "Title", "Price", "Currency", "Stock"}, {"天猫", "A1", "灯", 12.5, "CNY", 7}} {
		f.SetSheetRow("Sheet1", "A"+string(rune('1'+i)), &row)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	l, err := OpenOffers(bytes.NewReader(b.Bytes()), int64(b.Len()), "x.xlsx", "")
	if err != nil {
		t.Fatal(err)
	}
	row, bad, err := l.Next()
	if err != nil || bad != nil || row.Price.Minor != 1250 || row.Stock != 7 || row.Supplier != "天猫" {
		t.Errorf("%+v %+v %v", row, bad, err)
	}
}

func FuzzOffers(f *testing.F) {
	f.Add("supplier,title,price\nA,B,12\n")
	f.Add("供应商;标题;单价;库存\n一;二;3,50;x\n")
	f.Fuzz(func(t *testing.T, text string) {
		l, err := OpenOffers(strings.NewReader(text), int64(len(text)), "x", "CNY")
		if err != nil {
			return
		}
		l.All(func(r OfferRow, bad *Reject) error {
			if bad == nil && (r.Price.Minor <= 0 || r.Supplier == "" || r.Stock < 0 || r.WeightG < 0) {
				t.Fatalf("%+v", r)
			}
			return nil
		})
	})
}
