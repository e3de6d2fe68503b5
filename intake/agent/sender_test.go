package agent

import (
	"strings"
	"testing"

	"recourse"
)

func TestSenders(t *testing.T) {
	all, err := ParseSenders(" Help@Desk.example,@tickets.example\n\nx@a.example ")
	if err != nil || len(all) != 3 {
		t.Fatal(all, err)
	}
	for address, want := range map[string]bool{"help@desk.example": true, "HELP@desk.example": true, "any@tickets.example": true, "a@b@tickets.example": false, "tickets.example": false, "@tickets.example": true, "x@xa.example": false, "": false} {
		if all.Has(address) != want {
			t.Errorf("%q: %v", address, !want)
		}
	}
	for _, bad := range []string{"desk.example", "@", "@gmail.com", "help@", "a b@", "help@localhost", "<help@desk.example>", "help@desk.example\x00", strings.Repeat("a", 300) + "@b.example", strings.Repeat("a@b.example ", maxSenders+1)} {
		if _, err := ParseSenders(bad); recourse.CodeOf(err) != "agent_senders" {
			t.Errorf("%q: %v", bad, err)
		}
	}
	p := Standard().Also("Help@Desk.example")
	if !p.From("help@desk.example") || p.From("help@deskxexample") || p.From("xhelp@desk.example") || Standard().From("help@desk.example") {
		t.Error("one more address")
	}
}

func FuzzSenders(f *testing.F) {
	f.Add("help@desk.example, @tickets.example", "a@tickets.example")
	f.Fuzz(func(t *testing.T, text, address string) {
		all, err := ParseSenders(text)
		if err == nil && (len(all) > maxSenders || all.Has("eve@gmail.com") && !strings.Contains(strings.ToLower(text), "eve@gmail.com")) {
			t.Errorf("%q lets in everybody", text)
		}
		_ = all.Has(address)
	})
}
