package view

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"recourse"
	"recourse/playbook"
	"recourse/text"
)

var (
	buyerWritten = regexp.MustCompile(`\bBuyer\("([a-z_.]+)"`)
	buyerListed  = regexp.MustCompile(`"((?:said|fault|link|need|next|window|then|open|kind)_[a-z_]+)"`)
)

// buyerEnds are the words that the buyer's page puts together of a beginning and a name.
func buyerEnds(t *testing.T) map[string]bool {
	t.Helper()
	keys := map[string]bool{"open.you": true, "open.us": true, "then.other": true, "parcel.near_transit": true, "parcel.near_delivered": true, "refund.line": true, "refund.disputed": true, "choose_refund_asked": true}
	add := func(start string, ends ...string) {
		for _, end := range ends {
			keys[start+end] = true
		}
	}
	add("outcome.", all(recourse.Outcomes)...)
	add("refund.", "requested", "sent", "done", "failed", "rejected", "withdrawn")
	add("parcel.", "none", "in_transit", "customs_hold", "customs_released", "out_for_delivery", "delivered", "delivery_failed", "returning", "returned", "damaged", "lost")
	add("window_", bounds...)
	add("field_", "name", "street", "postcode", "city", "region", "country", "phone")
	add("kind_", "photo", "video", "other")
	add("file_evidence_", "type", "empty", "photo_size", "video_size", "too_large", "pixels", "truncated", "broken_off", "unreadable", "second", "infected")
	for _, key := range []string{"fault_moved", "fault_invalid", "fault_many", "fault_fast", "fault_away", "link_false"} {
		keys[key+"_say"] = true
	}
	for _, e := range buyersBusiness {
		if e != recourse.ParcelScanned { // the status says it
			keys["event."+string(e)] = true
		}
	}
	for _, name := range playbook.Builtins() {
		p, err := playbook.Builtin(name)
		if err != nil {
			t.Fatal(err)
		}
		ofPlaybook(p, add)
	}
	return keys
}

var bounds = []string{"earliest", "latest"}

// ofPlaybook are the words that a playbook's own names want: of each state that a buyer can find their case in, and of
// each that a time leads to.
func ofPlaybook(p *playbook.Playbook, add func(string, ...string)) {
	paths := map[*playbook.Path]bool{}
	for _, s := range p.Situations {
		opened := slices.ContainsFunc(s.Opens, func(o *playbook.Opener) bool { return o.On != "" })
		if !opened && len(s.Opens) > 0 && !reaches(s.Path) && s.Path.Name != "silent" { // silent leads on at once; its beginning is told
			continue
		}
		add("situation.", string(s.Name))
		if slices.ContainsFunc(s.Opens, func(o *playbook.Opener) bool { return o.On == recourse.ProblemReported }) {
			add("report.", string(s.Name))
		}
		paths[s.Path] = true
	}
	paths[p.Path("repay")] = true // every path may lead there
	for path := range paths {
		if path == nil {
			continue
		}
		for _, s := range path.States {
			if !slices.ContainsFunc(s.When, func(t *playbook.Transition) bool { return t.If == nil }) {
				add("state.", s.Full)
			}
			for _, timer := range s.Timers {
				if to := timer.Go; to != nil {
					add("then.", to.Full)
				} else if timer.Become != nil {
					add("then.", timer.Become.Path.States[0].Full)
				}
			}
			for _, c := range s.Choose {
				if slices.Contains(c.By, recourse.PartyBuyer) {
					add("choose_", string(c.Remedy))
					add("remedy.", string(c.Remedy))
				}
			}
		}
	}
}

// TestBuyerWords finds a word that the buyer's page asks for and a language lacks, a state of a built-in playbook that a
// buyer can be in and that has no words, and a word that nothing asks for.
func TestBuyerWords(t *testing.T) {
	asked := buyerEnds(t)
	var files []string
	for _, pattern := range []string{"buyer*.go", "buyer*.templ", "../page_buyer*.go", "../page_upload.go", "../guest.go"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, "_templ.go") {
			continue
		}
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range slices.Concat(buyerWritten.FindAllStringSubmatch(string(data), -1), buyerListed.FindAllStringSubmatch(string(data), -1)) {
			if !strings.HasSuffix(m[1], "_") && !strings.HasSuffix(m[1], ".") {
				asked[m[1]] = true
			}
		}
	}
	for _, lang := range text.Builtin().Languages() {
		for _, key := range slices.Sorted(maps.Keys(asked)) {
			if !text.In(string(lang)).HasBuyer(key) {
				t.Errorf("%s: buyer.%s has no words", lang, key)
			}
		}
	}
	data, err := os.ReadFile("../../text/locales/en.buyer.ini")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(data), "\n[buyer]\n")
	section, _, _ = strings.Cut(section, "\n[")
	for line := range strings.Lines(section) {
		key, _, ok := strings.Cut(line, " = ")
		if ok && !asked[strings.TrimSuffix(key, "_bare")] {
			t.Errorf("nothing asks for buyer.%s", key)
		}
	}
}
