package sourcing

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"recourse"
)

// TestPackProperties: of whatever goods, every piece is in exactly one parcel of a way or left by it, no parcel passes a
// limit of its line, no more parcels than anybody sends, and the same goods are packed the same way again.
func TestPackProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		side := rapid.IntRange(0, 1200)
		var items []Item
		pieces := map[int]int{}
		for i := range rapid.IntRange(1, 6).Draw(t, "kinds") {
			it := Item{Line: i + 1, Pieces: rapid.IntRange(1, 40).Draw(t, "pieces"), WeightG: rapid.IntRange(0, 9000).Draw(t, "weight"), SizeMM: recourse.Size{side.Draw(t, "a"), side.Draw(t, "b"), side.Draw(t, "c")}}
			items, pieces[it.Line] = append(items, it), it.Pieces
		}
		var lines []Line
		limit := rapid.SampledFrom([]int{0, 300, 900, 2000, 30_000})
		for i := range rapid.IntRange(1, 5).Draw(t, "lines") {
			l := Line{ID: strconv.Itoa(i), Countries: []string{"*"}, WeightG: limit.Draw(t, "w"), LongestMM: limit.Draw(t, "l"), SumMM: limit.Draw(t, "s"), GirthMM: limit.Draw(t, "g"), Divisor: rapid.SampledFrom([]int{0, 5000, 8000}).Draw(t, "d")}
			if rapid.Bool().Draw(t, "priced") {
				l.Prices = []Step{{1000, cny(int64(100 * i))}, {30_000, cny(5000)}}
			}
			lines = append(lines, l)
		}
		ways, err := Pack(lines, items, Destination{Country: "FR"})
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range ways.Ways {
			soundWay(t, &w, lines, pieces)
		}
		again, _ := Pack(lines, items, Destination{Country: "FR"})
		if len(again.Ways) != len(ways.Ways) || len(ways.Ways) > 0 && (again.Ways[0].Lines[0].ID != ways.Ways[0].Lines[0].ID || len(again.Ways[0].Parcels) != len(ways.Ways[0].Parcels)) {
			t.Error("packed twice, it is packed otherwise")
		}
	})
}

func soundWay(t *rapid.T, w *Way, lines []Line, pieces map[int]int) {
	got := map[int]int{}
	for _, p := range w.Left {
		got[p.Line] += p.Quantity
	}
	sum, priced := int64(0), true
	for _, p := range w.Parcels {
		at := slices.IndexFunc(lines, func(l Line) bool { return l.ID == p.Line })
		over, _ := lines[at].Takes(Parcel{p.WeightG, p.SizeMM}, "FR")
		if len(over) > 0 {
			t.Errorf("a parcel passes %+v", over)
		}
		for _, x := range p.Pieces {
			if got[x.Line] += x.Quantity; x.Quantity < 1 {
				t.Error("a parcel with no piece of a line")
			}
		}
		sum, priced = sum+p.Price.Minor, priced && p.Price.Currency != ""
	}
	for line, n := range pieces {
		if got[line] != n {
			t.Errorf("%d pieces of line %d, %d were to be packed", got[line], line, n)
		}
	}
	if len(w.Parcels) == 0 || len(w.Parcels) > maxParcels || priced && w.Price.Minor != sum || !priced && w.Price.Currency != "" {
		t.Errorf("%d parcels for %v, %d in all", len(w.Parcels), w.Price, sum)
	}
}

// TestPack: split where one parcel is too heavy, another line with what it costs more, goods shared between lines, a piece
// that none takes left by itself, and why each line does not do.
func TestPack(t *testing.T) {
	small := Line{ID: "small", Countries: []string{"FR"}, WeightG: 2000, LongestMM: 600, DaysTo: 20, Prices: []Step{{1000, cny(4000)}, {2000, cny(7000)}}}
	big := Line{ID: "big", Countries: []string{"*"}, WeightG: 30_000, LongestMM: 1500, DaysTo: 9, Prices: []Step{{30_000, cny(30_000)}}, Refuses: []string{"battery"}}
	lamp := Item{Line: 1, Title: "Lamp", Pieces: 3, WeightG: 900, SizeMM: recourse.Size{300, 200, 100}}
	pole := Item{Line: 2, Title: "Pole", Pieces: 1, WeightG: 700, SizeMM: recourse.Size{1200, 50, 50}}
	beam := Item{Line: 3, Title: "Beam", Pieces: 2, WeightG: 900, SizeMM: recourse.Size{3000, 50, 50}}
	ways, err := Pack([]Line{big, small}, []Item{lamp}, Destination{Country: "FR"})
	if err != nil || len(ways.Ways) != 2 {
		t.Fatal(ways, err)
	}
	if w := ways.Ways[0]; w.Kind != WaySplit || len(w.Parcels) != 2 || w.Price != cny(11_000) || w.Dearer != cny(0) || w.Over[0].Limit != "weight" || w.Over[0].Is != 2700 {
		t.Errorf("split: %+v", w)
	}
	if w := ways.Ways[1]; w.Kind != WayWhole || w.Dearer != cny(19_000) || w.DaysTo != 9 {
		t.Errorf("another line: %+v", w)
	}
	// In Germany the small one does not deliver, and batteries are refused by the big one in whatever language.
	ways, _ = Pack([]Line{big, small}, []Item{{Line: 1, Title: "Batterie externe 10000 mAh", Pieces: 1, WeightG: 300, SizeMM: recourse.Size{100, 80, 20}}}, Destination{Country: "DE"})
	if len(ways.Ways) != 0 || len(ways.Refused) != 2 || ways.Refused[0].Over[0].Word != "battery" || ways.Refused[1].Over[0].Limit != "country" || !slices.Equal(ways.Alone, []int{1}) {
		t.Errorf("%+v", ways)
	}
	cable := Item{Line: 4, Title: "Power bank battery", Pieces: 1, WeightG: 300, SizeMM: recourse.Size{100, 80, 20}}
	ways, _ = Pack([]Line{big, small}, []Item{pole, cable}, Destination{Country: "FR"})
	if len(ways.Ways) != 1 || ways.Ways[0].Kind != WayMixed || len(ways.Ways[0].Parcels) != 2 || ways.Ways[0].Price != cny(34_000) {
		t.Errorf("shared: %+v", ways)
	}
	ways, _ = Pack([]Line{big, small}, []Item{lamp, beam}, Destination{Country: "FR"})
	if len(ways.Ways) != 1 || ways.Ways[0].Kind != WayPartial || !slices.Equal(ways.Ways[0].Left, []recourse.Pieces{{Line: 3, Quantity: 2}}) || !slices.Equal(ways.Alone, []int{3}) {
		t.Errorf("a beam: %+v", ways)
	}
	ways, _ = Pack([]Line{small}, []Item{{Line: 1, Pieces: 2}}, Destination{Country: "FR"})
	if len(ways.Ways) != 1 || ways.Ways[0].Sure || len(ways.Unknown) != 2 || ways.Ways[0].Price.Currency != "" {
		t.Errorf("nothing is known: %+v", ways)
	}
	boxes := small
	boxes.NoBoxes = true
	if ways, _ = Pack([]Line{boxes}, []Item{lamp}, Destination{Country: "FR", Box: true}); len(ways.Ways) != 0 || ways.Refused[0].Over[0].Limit != "box" {
		t.Errorf("a box: %+v", ways)
	}
}

// TestPackBad: what cannot be packed is said in words, and what is great takes no long time.
func TestPackBad(t *testing.T) {
	lines := Lines()
	for code, items := range map[string][]Item{
		"pack_nothing": {{Line: 1}}, "pack_pieces": {{Line: 1, Pieces: MaxPacked + 1}}, "pack_measure": {{Line: 1, Pieces: 1, WeightG: -1}}, "pack_kinds": make([]Item, MaxKinds+1),
	} {
		for i := range items {
			if code == "pack_kinds" {
				items[i] = Item{Line: i + 1, Pieces: 1}
			}
		}
		if _, err := Pack(lines, items, Destination{}); recourse.CodeOf(err) != code {
			t.Errorf("%s: %v", code, err)
		}
	}
	ways, err := Pack(lines, []Item{{Line: 1, Pieces: 10_000, WeightG: 900, SizeMM: recourse.Size{300, 200, 100}}}, Destination{Country: "FR"})
	if err != nil || len(ways.Ways) != 0 || len(ways.Refused) != len(lines) || ways.Refused[0].Over[0].Limit != "parcels" {
		t.Errorf("ten thousand pieces: %+v %v", ways, err)
	}
	many := make([]Line, MaxLines)
	for i := range many {
		many[i] = Line{ID: "l" + strconv.Itoa(i), Countries: []string{"*"}, WeightG: 30_000 + i, LongestMM: 1500, GirthMM: 3000, Divisor: 5000, Refuses: []string{"battery", "knife", "magnet"}}
	}
	items := make([]Item, MaxKinds)
	for i := range items {
		items[i] = Item{Line: i + 1, Title: "Lamp " + strconv.Itoa(i), Pieces: 3, WeightG: 300 + i, SizeMM: recourse.Size{300 + i, 200, 20}}
	}
	if _, err := Pack(many, items, Destination{Country: "FR"}); err != nil {
		t.Fatal(err)
	}
	// A divisor of nothing, and sides beyond every number.
	if v := Volumetric(recourse.Size{1 << 40, 1 << 40, 1 << 40}, 5000); v <= 0 {
		t.Error(v)
	}
	if v := Volumetric(recourse.Size{10, 10, 10}, 0); v != 0 {
		t.Error(v)
	}
}

// TestLineFile: what is written is read as it was, and what is no line is told with its place and column.
func TestLineFile(t *testing.T) {
	checked := recourse.Date{Year: 2026, Month: 11, Day: 2}
	lines := []Line{{ID: "yun", Name: "云途", Carrier: "=Yun", Countries: []string{"FR", "DE"}, WeightG: 2000, SumMM: 900, Divisor: 8000, DaysFrom: 7, DaysTo: 12, Refuses: []string{"battery", "couteau"}, NoBoxes: true, Prices: []Step{{500, cny(6200)}, {2000, cny(14_000)}}, Source: "contract", Checked: checked},
		{ID: "ems", Name: "EMS", Countries: []string{"*"}, Off: true}}
	var b bytes.Buffer
	if err := WriteLines(&b, lines); err != nil {
		t.Fatal(err)
	}
	read, err := ReadLines("x.csv", &b)
	if err != nil || len(read) != 2 || read[0].Carrier != "=Yun" || read[0].Prices[1] != lines[0].Prices[1] || read[0].Checked != checked || !slices.Equal(read[0].Refuses, lines[0].Refuses) || !read[1].Off || !read[0].NoBoxes {
		t.Fatalf("%+v %v", read, err)
	}
	for text, field := range map[string]string{
		"line,prices\na,500\n": "prices", "line,prices\na,500: 62 CNY; 500: 70 CNY\n": "prices", "line,prices\na,500: 62 CNY; 900: 70 EUR\n": "prices", "line,prices\na,500: 6x2 CNY\n": "prices",
		"line,checked\na,yesterday\n": "checked", "line,countries\na,France\n": "countries", "line,no_boxes\na,perhaps\n": "no_boxes", "line,name\na b,x\n": "line", "line,name\na,x\na,y\n": "line",
	} {
		_, err := ReadLines("x.csv", strings.NewReader(text))
		if e, ok := err.(*recourse.Error); !ok || e.Field != field || e.Code != "lines_value" || e.Position.Column == 0 {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, text := range []string{"name\nx\n", "line,line\na,b\n"} {
		if _, err := ReadLines("x.csv", strings.NewReader(text)); recourse.CodeOf(err) != "lines_column" {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// FuzzReadLines: no file stops the program, and what is read can be written and read again.
func FuzzReadLines(f *testing.F) {
	f.Add("line,name,prices\na,b,500: 62.00 CNY; 1000: 88.00 CNY\n")
	f.Add("line,countries,off\n'=a,FR DE,yes\n")
	f.Fuzz(func(t *testing.T, text string) {
		lines, err := ReadLines("x", strings.NewReader(text))
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := WriteLines(&b, lines); err != nil {
			t.Fatal(err)
		}
		again, err := ReadLines("x", &b)
		if err != nil || len(again) != len(lines) {
			t.Fatalf("%q: %v", text, err)
		}
	})
}
