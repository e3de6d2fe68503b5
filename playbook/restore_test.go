package playbook_test

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"recourse"
	"recourse/calendar"
	"recourse/document"
	"recourse/playbook"
	"recourse/replay"
)

// extending is a shop's playbook over one of the program. It leaves blocks of that one unused, which a playbook may do
// with the blocks of another and not with its own.
const extending = `playbook: shop
extends: tmall-dsers
settings:
  claim.verify_within: 12 business days merchant
  evidence.required: "false"
  shop.note: {choice: [007, "true", "a\u2028<b>"], default: 007}
conditions: {noted: "shop.note == '007'"}
paths:
  late: {use: []}
  address: {use: []}
`

// everyPlaybook are those of the program, those of the tests and one that extends another.
func everyPlaybook(t testing.TB) map[string]*playbook.Playbook {
	t.Helper()
	texts := map[string][]byte{"extending": []byte(extending)}
	for _, name := range playbook.Builtins() {
		texts[name], _ = playbook.BuiltinSource(name)
	}
	files, _ := filepath.Glob("testdata/check/*.yaml")
	for _, file := range append(files, "testdata/draw/shop.yaml") {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		texts[file] = data
	}
	all := map[string]*playbook.Playbook{}
	for name, data := range texts {
		p, err := playbook.Load(name, data)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = p
	}
	return all
}

func restore(t testing.TB, text []byte) *playbook.Playbook {
	t.Helper()
	p, err := playbook.Restore(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestRestoreGivesTheSamePlaybook(t *testing.T) {
	all := everyPlaybook(t)
	if len(all) < 15 {
		t.Errorf("only %d playbooks were tried", len(all))
	}
	for name, p := range all {
		again := restore(t, p.Text())
		if again.Hash != p.Hash || !bytes.Equal(again.Text(), p.Text()) {
			t.Errorf("%s: the hash was %s and is %s, or the text is another", name, p.Hash, again.Hash)
		}
		if again.Name != p.Name || again.About != p.About || again.Extends != p.Extends {
			t.Errorf("%s is now %s, %q, over %q", name, again.Name, again.About, again.Extends)
		}
		if got := playbook.Diff(p, again); len(got) > 0 || again.Show() != p.Show() {
			t.Errorf("%s: it says something else: %v", name, got)
		}
		if !bytes.Equal(again.Draw(playbook.DrawOptions{}), p.Draw(playbook.DrawOptions{})) {
			t.Errorf("%s: it is drawn otherwise", name)
		}
		if got, want := rules(again), rules(p); !slices.Equal(got, want) {
			t.Errorf("%s: the check finds %v, not %v", name, got, want)
		}
		samePolicies(t, name, p, again)
	}
}

// rules are the findings of a check without their places, which are others.
func rules(p *playbook.Playbook) (found []string) {
	for _, f := range p.Check(everywhere, []string{"en", "fr"}) {
		found = append(found, f.Code)
	}
	slices.Sort(found)
	return found
}

// samePolicies sets each setting to each of some values by itself, and all of them at once.
func samePolicies(t *testing.T, name string, p, again *playbook.Playbook) {
	t.Helper()
	together := map[string]string{}
	tried := []map[string]string{nil, together}
	for _, s := range p.Settings {
		for _, text := range append(slices.Clone(s.Options), "true", "48 hours", "90 minutes", "3 business days CN", "1 business days merchant", " 35% ", "7", "never", "above 50.00 EUR", "DE") {
			if _, err := s.Parse(text); err == nil {
				together[s.Name] = text
				tried = append(tried, map[string]string{s.Name: text})
			}
		}
	}
	for _, settings := range tried {
		policy, err := p.With(settings)
		if err != nil {
			t.Errorf("%s with %v: %v", name, settings, err)
			continue
		}
		kept := policy.Settings()
		for _, with := range []func(map[string]string) (*playbook.Policy, error){p.With, again.With, again.Restore} {
			got, err := with(kept)
			if err != nil || got.Hash != policy.Hash || !maps.Equal(got.Settings(), kept) {
				t.Errorf("%s with %v, kept as %v: %v, or another hash", name, settings, kept, err)
			}
		}
		if direct, err := again.With(settings); err != nil || direct.Hash != policy.Hash {
			t.Errorf("%s restored with %v: %v, or another hash", name, settings, err)
		}
	}
	if len(tried) < 2+len(p.Settings) {
		t.Errorf("%s: %d settings, %d values tried", name, len(p.Settings), len(tried)-2)
	}
}

func TestSettingsAreThoseThatDiffer(t *testing.T) {
	p, err := playbook.Builtin("tmall-dsers")
	if err != nil {
		t.Fatal(err)
	}
	policy, err := p.With(map[string]string{"claim.verify_within": "48 hours", "merchant.country": "FR", "reorder.max_increase": "25", "refund.approval": "never"})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"claim.verify_within": "2 days", "reorder.max_increase": "25 %", "refund.approval": "never"}
	if got := policy.Settings(); !maps.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	if policy, _ = p.With(nil); len(policy.Settings()) != 0 {
		t.Errorf("nothing was set, and %v differ", policy.Settings())
	}
}

// TestRestoreLooksAtNothingButTheText: what is extended is in the text, whatever becomes of its name, and a country
// needs no calendar in the program.
func TestRestoreLooksAtNothingButTheText(t *testing.T) {
	p, err := playbook.Builtin("dropship")
	if err != nil {
		t.Fatal(err)
	}
	text := string(p.Text())
	for old, now := range map[string]string{`"extends":"tmall-dsers"`: `"extends":"no-such"`, "business days CN": "business days QQ", `{"country":"FR"`: `{"country":"QX"`} {
		if !strings.Contains(text, old) {
			t.Fatalf("%s is not in the text", old)
		}
		text = strings.ReplaceAll(text, old, now)
	}
	again := restore(t, []byte(text))
	if again.Extends != "no-such" || len(again.Situations) != len(p.Situations) || len(again.Paths) != len(p.Paths) {
		t.Errorf("over %q: %d situations, %d paths", again.Extends, len(again.Situations), len(again.Paths))
	}
	if got := again.Setting("claim.verify_within").Default.Span.String(); got != "30 business days QQ" {
		t.Errorf("a verdict is due within %s", got)
	}
	settings := map[string]string{"merchant.country": "QZ", "merchant.answer_within": "3 business days QY"}
	if policy, err := again.Restore(settings); err != nil || !maps.Equal(policy.Settings(), settings) {
		t.Errorf("a policy of old: %v", err)
	}
	for _, country := range []string{"q1", "QZZ", "merchant", ""} {
		if _, err := again.Restore(map[string]string{"merchant.country": country}); recourse.CodeOf(err) != "setting_value" {
			t.Errorf("the country %q: %v", country, err)
		}
	}
	for _, with := range []func(map[string]string) (*playbook.Policy, error){p.With, again.With} {
		if _, err := with(settings); recourse.CodeOf(err) != "calendar" {
			t.Errorf("a country without a calendar: %v", err)
		}
	}
}

// TestTextIsItsOwn: whoever writes into the text does not write into the playbook.
func TestTextIsItsOwn(t *testing.T) {
	p, err := playbook.Builtin("tmall-dsers")
	if err != nil {
		t.Fatal(err)
	}
	clear(p.Text())
	if again := restore(t, p.Text()); again.Hash != p.Hash {
		t.Error("the text was changed")
	}
}

// TestRestoredDecidesAlike plays every scenario by what was kept: playbook, settings and calendars.
func TestRestoredDecidesAlike(t *testing.T) {
	calendars, err := calendar.Restore(calendar.Default().Text())
	if err != nil {
		t.Fatal(err)
	}
	built, again := map[string]*playbook.Playbook{}, map[string]*playbook.Playbook{}
	for _, name := range playbook.Builtins() {
		if built[name], err = playbook.Builtin(name); err != nil {
			t.Fatal(err)
		}
		again[name] = restore(t, built[name].Text())
	}
	files, _ := filepath.Glob("../scenarios/*.yaml")
	more, _ := filepath.Glob("../scenarios/*/*.yaml")
	played := 0
	for _, file := range append(files, more...) {
		data, _ := os.ReadFile(file)
		scenarios, err := replay.ParseScenarios(file, data)
		if err != nil {
			t.Error(err)
		}
		for _, s := range scenarios {
			wanted, _ := built[s.Playbook].With(s.Settings)
			policy, err := again[s.Playbook].Restore(wanted.Settings())
			if err != nil {
				t.Fatal(err)
			}
			if f := s.Run(policy, calendars); f != nil {
				t.Error(f)
			}
			played++
		}
	}
	if played < 50 {
		t.Errorf("only %d scenarios were played", played)
	}
}

// kept is a text as it may lie in a database, and keptHash what it is found by there: neither may change its meaning.
const (
	kept = `{"playbook":"shop","extends":"gone","settings":{"late.after":{"duration":"2 business days QQ"},"refund.approval":{"approval":"always"},"import.stale_after":{"duration":"14 days"},` +
		`"merchant.country":{"country":"QX"},"reorder.max_increase":{"percent":20,"default":"25 %"}},"questions":{"confirm_double_loss":{"choices":["confirm","close"],"due":"2 days"},` +
		`"which_case":{"choices":["case"],"due":"2 days"}},"situations":{"late_shipment":{"opens":{"per":"purchase","from":"purchase.ship_by","after":"late.after","if":"purchase.waiting \u0026\u0026 !(!purchase.waiting)"},"path":"late"}},` +
		`"blocks":{"unused":{"do":null}},"paths":{"late":{"states":{"urged":{"after":{"in":"1 day","go":"over"}},"over":{"outcome":"expired"}}}},` +
		`"tracks":{"recovery":{"states":{"over":{"ends":true}}}}}`
	keptHash = "fe29692d9ce49401abb2087ed7581adb8c22001e73c36f948b2759c9849c4d99"
)

func TestRestoreReadsWhatWasKept(t *testing.T) {
	p := restore(t, []byte(kept))
	if p.Hash != keptHash || string(p.Text()) != kept {
		t.Errorf("hash %s, text %s", p.Hash, p.Text())
	}
	if spaced := restore(t, []byte(strings.ReplaceAll(kept, ",\"", " ,\n\t\""))); spaced.Hash != keptHash {
		t.Errorf("with white space the hash is %s", spaced.Hash)
	}
}

func TestRestoreRefuses(t *testing.T) {
	for _, c := range []struct {
		old, new, want string
		kind           recourse.Kind
	}{
		{kept, "", "playbook.json:1:1: the text kept of a playbook cannot be read: this is no JSON", recourse.Invalid},
		{kept, "playbook: shop", "playbook.json:1:1: the text kept of a playbook cannot be read: this is no JSON", recourse.Invalid},
		{kept, "[1]", "playbook.json:1:1: the text kept of a playbook cannot be read: a map is wanted here", recourse.Invalid},
		{kept, "null", "playbook.json:1:1: the text kept of a playbook cannot be read: a map is wanted here", recourse.Invalid},
		{kept, `"dropship"`, "playbook.json:1:1: the text kept of a playbook cannot be read: a map is wanted here", recourse.Invalid},
		{kept, `{"playbook":"x","extends":"dropship"}`, "playbook.json:1:1: the text kept of a playbook cannot be read: every playbook needs", recourse.Invalid},
		{`"tracks"`, `"track"`, `unknown key "track"`, recourse.Invalid},
		{`"opens"`, `"path"`, `the key "path" stands here twice`, recourse.Invalid},
		{`purchase.waiting`, `purchase.wating`, `nothing is called "purchase.wating"`, recourse.Invalid},
		{`purchase.waiting`, strings.Repeat("!", 2000) + `purchase.waiting`, `2000 are the most`, recourse.TooLarge},
		{`"go":"over"`, `"go":"under"`, "under", recourse.Invalid},
		{`business days QQ`, `business days qq`, `there is no calendar "qq"`, recourse.Invalid},
		{`null`, strings.Repeat("[", 100) + strings.Repeat("]", 100), "nested deeper than 64", recourse.TooLarge},
		{`null`, strings.Repeat(" ", document.MaxJSON) + "null", "are the most", recourse.TooLarge},
	} {
		text := strings.Replace(kept, c.old, c.new, 1)
		p, err := playbook.Restore([]byte(text))
		ours, ok := err.(*recourse.Error)
		if p != nil || !ok || ours.Kind != c.kind || ours.Code != "playbook_text" || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.60q for %.60q:\ngot  %v\nwant %s", c.new, c.old, err, c.want)
		}
	}
}

// FuzzRestore: whatever the text, an answer comes; a playbook that is restored has a text that gives it again.
func FuzzRestore(f *testing.F) {
	f.Add([]byte(kept))
	for _, p := range everyPlaybook(f) {
		if text := p.Text(); len(text) < 4000 {
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := playbook.Restore(text)
		if err != nil {
			if ours, ok := err.(*recourse.Error); !ok || ours.Code != "playbook_text" {
				t.Fatalf("%T: %v", err, err)
			}
			return
		}
		if again := restore(t, p.Text()); again.Hash != p.Hash {
			t.Fatalf("%q gives another playbook", text)
		}
	})
}
