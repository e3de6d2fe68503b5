package view

import (
	"bytes"
	"go/format"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/account"
	"recourse/intake"
	"recourse/playbook"
	"recourse/store"
	"recourse/text"

	"github.com/a-h/templ/generator"
	"github.com/a-h/templ/parser/v2"
)

// ends are what the pages put behind a key that they do not write out: every word that can come there. The tests of a part
// add what is theirs in an init of their own.
var ends = map[string][]string{
	"when_": append(all(Whens), "others"), "only_": all(Onlys), "who_": {WhoMine, WhoNobody}, "bulk_": all(Dos), "bulk_nothing_": all(Dos), "waits_": {"merchant", "buyer"}, "empty_": {"new", "calm", "filter", "new_say", "calm_say", "filter_say"}, "window_": {"earliest", "latest"},
	"attempt_": {"done", "taken", "refused", "later", "unknown"}, "attempt_result_": {"done", "taken", "refused", "later", "unknown", "none"},
	"act_": all(store.EffectStatuses), "purchase_": {"placed", "out_of_stock", "oversized", "cancelled", "given_up"}, "role_": all(account.Roles), "may_": all(account.Roles),
	"supply_": {"placed", "out_of_stock", "oversized", "cancelled", "given_up"},
	"field_":  {"purchase", "parcel", "amount", "cost", "reason", "text", "carrier", "tracking", "place", "ship_by", "due", "kind", "name", "street", "postcode", "city", "region", "country", "phone", "tax_id"},
	"reads_":  reads(), "tour_": tours(), "nav_": {"queue", "suppliers", "offers", "lines", "money", "recoveries", "claims", "rates", "insights", "playbook", "messages", "settings", "connections", "webhooks", "import", "people", "tour"},
	"ins_range_": {"7d", "30d", "90d", "12w", "year"}, "ins_how_": {"opened", "settled"}, "ins_opened_per_": {"day", "week", "month"}, "ins_settled_per_": {"day", "week", "month"},
	"ins_none_":  {"filter", "calm", "filter_say", "calm_say"},
	"ln_limit_":  {"weight", "longest", "sum", "girth", "divisor"},
	"field_new_": {"purchase", "parcel"}, "kind_": {"photo", "video"}, "error_": {"not_found", "conflict", "forbidden", "invalid", "unavailable", "internal"},
}

// unsaid are ends for which another key steps in.
var unsaid = []string{"error_conflict"}

// tours are what the tour says of the situations of the trade.
func tours() (out []string) {
	book, err := playbook.Builtin("tmall-dsers")
	if err != nil {
		panic(err)
	}
	for _, s := range book.Situations {
		out = append(out, string(s.Name), string(s.Name)+"_try")
	}
	return out
}

// reads are the fields that a column can be read as.
func reads() (out []string) {
	for _, f := range intake.Fields() {
		out = append(out, strings.ReplaceAll(f, ".", "_"))
	}
	return out
}

func all[S ~string](of []S) (out []string) {
	for _, s := range of {
		out = append(out, string(s))
	}
	return out
}

var (
	written = regexp.MustCompile(`\bT\("([a-z_]+)"([ ,)+])`)
	told    = regexp.MustCompile(`"((?:told|error)_[a-z_]+)"`)
	listed  = regexp.MustCompile(`\{"([a-z]+)", o\.[A-Z]`)
)

// sources are the texts of the files that ask for words.
func sources(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, pattern := range []string{"*.go", "*.templ", "../page*.go"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range found {
			if strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, "_templ.go") {
				continue
			}
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			out[name] = string(data)
		}
	}
	return out
}

// keys are the words that the pages ask for, read from their sources.
func keys(t *testing.T) []string {
	t.Helper()
	found := map[string]bool{}
	for name, source := range sources(t) {
		for _, m := range written.FindAllStringSubmatch(source, -1) {
			if found[m[1]] = !strings.HasSuffix(m[1], "_"); !found[m[1]] && ends[m[1]] == nil {
				t.Errorf("%s: what can stand behind %s is not listed here", name, m[1])
			}
		}
		for _, m := range slices.Concat(told.FindAllStringSubmatch(source, -1), listed.FindAllStringSubmatch(source, -1)) {
			found[m[1]] = !strings.HasSuffix(m[1], "_")
		}
	}
	for start, list := range ends {
		for _, end := range list {
			found[start+end] = !slices.Contains(unsaid, start+end)
		}
	}
	// Said of an error by its code, in two sentences.
	for _, code := range []string{"version_changed", "effect_moved", "forbidden", "unavailable", "not_found", "internal"} {
		found["error_"+code], found["error_"+code+"_say"] = true, true
	}
	// Others are said by a code that some room gives.
	house := codes(t)
	for _, k := range deskKeys(t) {
		if code, ok := strings.CutPrefix(strings.TrimSuffix(k, "_say"), "error_"); ok && strings.Contains(house, `"`+code+`"`) {
			found[k] = true
		}
	}
	maps.DeleteFunc(found, func(_ string, wanted bool) bool { return !wanted })
	return slices.Sorted(maps.Keys(found))
}

// codes are the sources of the rooms whose errors pages show.
func codes(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	for _, room := range []string{"../..", "../../account", "../../desk", "../../store", "../../decide", "../../playbook", ".."} {
		files, _ := filepath.Glob(room + "/*.go")
		for _, name := range files {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			b.Write(data)
		}
	}
	return b.String()
}

// TestWords finds a word that a page asks for and a language lacks, and one that no page asks for.
func TestWords(t *testing.T) {
	asked := keys(t)
	for _, lang := range text.Builtin().Languages() {
		for _, k := range asked {
			if !text.In(string(lang)).HasDesk(k) {
				t.Errorf("%s: desk.%s has no words", lang, k)
			}
		}
	}
	for _, k := range deskKeys(t) {
		if !slices.Contains(asked, k) {
			t.Errorf("no page asks for desk.%s", k)
		}
	}
}

// deskKeys are the words of the desk that the English files have, by their keys.
func deskKeys(t *testing.T) (all []string) {
	t.Helper()
	files, err := filepath.Glob("../../text/locales/en*.ini")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		section := ""
		for line := range strings.Lines(string(data)) {
			k, _, pair := strings.Cut(line, " = ")
			switch {
			case strings.HasPrefix(line, "["):
				section = strings.TrimSpace(line)
			case section == "[desk]" && pair && !strings.HasPrefix(line, "#"):
				all = append(all, k)
			}
		}
	}
	return all
}

// TestTemplatesAreFresh finds a template that was changed without generating its Go: go tool templ generate.
func TestTemplatesAreFresh(t *testing.T) {
	files, err := filepath.Glob("*.templ")
	if err != nil || len(files) == 0 {
		t.Fatal("no templates", err)
	}
	for _, name := range files {
		file, err := parser.Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if _, err := generator.Generate(file, &b, generator.WithFileName(name)); err != nil {
			t.Fatal(err)
		}
		want, err := format.Source(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		is, err := os.ReadFile(strings.TrimSuffix(name, ".templ") + "_templ.go")
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(plain(is), plain(want)) {
			t.Errorf("%s has changed since its Go was generated: go tool templ generate -path web/view", name)
		}
	}
}

// plain leaves out the lines that tell by what and from where the Go was generated.
func plain(code []byte) []byte {
	code = regexp.MustCompile(`// templ: version: .*\n`).ReplaceAll(code, nil)
	return regexp.MustCompile("FileName: [`\"][^`\"]*[`\"]").ReplaceAll(code, nil)
}

// monday is when the tests of instants look: half past nine in Paris.
var monday = time.Date(2026, 3, 16, 8, 30, 0, 0, time.UTC)

func reader(t testing.TB, lang string) Reader {
	t.Helper()
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	return NewReader(text.In(lang), paris, monday)
}

// TestInstants tells the same instants in three languages, on the shop's clock: what is late in Paris is.
func TestInstants(t *testing.T) {
	for _, c := range []struct {
		in         time.Duration
		class      When
		en, fr, zh string
	}{
		{-50 * time.Hour, Overdue, "2 days late", "2 jours de retard", "逾期 2 天"},
		{-90 * time.Minute, Overdue, "1 hour late", "1 heure de retard", "逾期 1 小时"},
		{0, Overdue, "1 minute late", "1 minute de retard", "逾期 1 分钟"},
		{4 * time.Hour, Today, "today, 13:30", "aujourd’hui 13:30", "今天 13:30"},
		{14*time.Hour + 20*time.Minute, Today, "today, 23:50", "aujourd’hui 23:50", "今天 23:50"},
		{14*time.Hour + 40*time.Minute, Week, "tomorrow, 00:10", "demain 00:10", "明天 00:10"},
		{6 * 24 * time.Hour, Week, "in 6 days", "dans 6 jours", "6 天后"},
		{7 * 24 * time.Hour, Later, "in 7 days", "dans 7 jours", "7 天后"},
		// The clocks of Paris change on the 29th: the day counts, not the hours.
		{13*24*time.Hour + 14*time.Hour, Later, "in 14 days", "dans 14 jours", "14 天后"},
	} {
		for lang, want := range map[string]string{"en": c.en, "fr": c.fr, "zh": c.zh} {
			got := reader(t, lang).Due(monday.Add(c.in))
			if got.Text != want || got.Class != c.class {
				t.Errorf("%s in %s: %q, %s; want %q, %s", c.in, lang, got.Text, got.Class, want, c.class)
			}
		}
	}
}

// TestSpans: the spans by which the store counts are those by which a page groups.
func TestSpans(t *testing.T) {
	r := reader(t, "en")
	for minute := -3 * 1440; minute < 12*1440; minute += 7 {
		at := monday.Add(time.Duration(minute) * time.Minute)
		for _, w := range Whens {
			from, before := r.Span(w)
			in := (from.IsZero() || !at.Before(from)) && (before.IsZero() || at.Before(before))
			if in != (r.When(at) == w) {
				t.Fatalf("%s is in the span of %s: %v; its group is %s", at, w, in, r.When(at))
			}
		}
	}
}

// fiftyCases is what the queue's page shows at once.
func fiftyCases() *Found {
	found := &Found{Files: map[store.Key]store.File{}, Most: CountLimit, Orders: true, Counts: map[string]int{"when=overdue": 12, "when=later": 1001, "situation=a": 1001, "situation=b": 40}, All: []recourse.Situation{"a", "b"}}
	for i := range 50 {
		n := strconv.Itoa(1000 + i)
		k := store.Key{Merchant: "shop", Order: n}
		c := store.Case{Merchant: "shop", ID: n + "-1", Order: n, Situation: "out_of_stock", Status: recourse.Open, State: "resupply.refunding", Waits: recourse.PartyMerchant,
			Due: monday.Add(time.Duration(i*5-20) * time.Hour), Supplier: "hangzhou-toys", Country: "FR", Amount: recourse.Money{Minor: 2990, Currency: "EUR"}}
		found.Cases = append(found.Cases, c)
		found.Files[k] = store.File{Key: k, Version: 3, OrderFile: &recourse.OrderFile{
			Order: recourse.Order{ID: n, Lines: []recourse.Line{{Line: 1, Title: "Cerf-volant hirondelle rouge 风筝", Quantity: 2}}},
			Cases: []*recourse.Case{{ID: c.ID, Lines: []recourse.Pieces{{Line: 1, Quantity: 2}}, Run: recourse.Run{Asks: []recourse.Question{{Of: recourse.PartyMerchant, Question: "oversized"}}}}},
		}}
	}
	return found
}

// BenchmarkQueuePage makes the model of a page of the queue and draws it.
func BenchmarkQueuePage(b *testing.B) {
	r, found := reader(b, "fr"), fiftyCases()
	p := Page{R: r, Title: "x", Shop: "Shop", Langs: text.Builtin().Languages()}
	b.ReportAllocs()
	for b.Loop() {
		if err := QueuePage(p, NewQueue(r, Filter{}, found, Rights{Act: true, Money: true})).Render(b.Context(), io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}
