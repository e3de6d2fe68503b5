package playbook_test

import (
	"slices"
	"strings"
	"testing"

	"recourse/playbook"
)

// small is a playbook with one of each that can be changed.
const small = `playbook: small
settings:
  refund.approval: {approval: always}
  import.stale_after: {duration: 14 days}
  merchant.country: {country: FR}
  reorder.max_increase: {percent: 20}
  patience: {duration: 2 days}
  mood: {choice: [calm, cross], default: calm}
  polite: {flag: true}
conditions: {ready: case.evidence > 0}
questions:
  confirm_double_loss: {choices: [confirm, close], due: patience}
  which_case: {choices: [case], due: 3 business days CN}
situations:
  damaged_item: {opens: {on: problem.reported}, path: proof}
paths:
  proof:
    states:
      begin:
        do: [message buyer hello draft, claim]
        on: {claim.approved: {if: ready && mood == 'calm' && polite, go: done}}
        choose: {close: {go: done}, refund: {by: [buyer, merchant], confirm: true, do: [refund]}}
        after: {from: case.opened, in: patience, go: done}
      done: {outcome: denied}
tracks:
  recovery:
    states: {asked: {every: {in: 7 days, do: [message agent chase]}}}
`

// mutantsOf gives the mutants of a text in words: those that compile, and those that do not.
func mutantsOf(t *testing.T, text string) (words, refused []string) {
	t.Helper()
	mutants, err := playbook.Mutants("small.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range mutants {
		line := m.At.String() + " " + string(m.Kind) + ": " + m.Description
		if _, err := m.Playbook(); err != nil {
			refused = append(refused, line)
			continue
		}
		words = append(words, line)
	}
	return words, refused
}

func TestMutants(t *testing.T) {
	got, refused := mutantsOf(t, small)
	want := []string{
		"small.yaml:3:31 default: refund.approval: always becomes never",
		"small.yaml:4:34 threshold: import.stale_after: 14 days becomes 15 days",
		"small.yaml:6:35 threshold: reorder.max_increase: 20 becomes 19",
		"small.yaml:8:42 default: mood: calm becomes cross",
		"small.yaml:9:18 default: polite: true becomes false",
		"small.yaml:10:21 negated: the condition ready: case.evidence > 0 becomes !(case.evidence > 0)",
		"small.yaml:10:21 threshold: the condition ready: case.evidence > 0 becomes case.evidence > 1",
		"small.yaml:12:57 due: the question confirm_double_loss: patience becomes 3 days",
		"small.yaml:13:38 due: the question which_case: 3 business days CN becomes 4 business days CN",
		"small.yaml:15:26 removed: the opening of damaged_item by problem.reported is taken away",
		"small.yaml:20:14 effect: proof.begin does not: message buyer hello draft",
		"small.yaml:20:14 effect: proof.begin: message buyer hello draft becomes message buyer hello",
		"small.yaml:21:35 unguarded: proof.begin, on claim.approved: without the condition ready && mood == 'calm' && polite",
		"small.yaml:21:74 target: proof.begin, on claim.approved: done becomes begin",
		"small.yaml:22:26 choosers: proof.begin, choose close: the buyer, too",
		"small.yaml:22:50 choosers: proof.begin, choose refund: only the merchant",
		"small.yaml:22:78 confirm: proof.begin, choose refund needs no confirmation",
		"small.yaml:23:23 anchor: proof.begin, after: not from case.opened",
		"small.yaml:23:40 threshold: proof.begin, after in: patience becomes 1 day",
		"small.yaml:24:23 outcome: proof.done: denied becomes withdrawn",
		"small.yaml:27:34 threshold: recovery.asked, every in: 7 days becomes 6 days",
	}
	for _, w := range want {
		if !slices.Contains(got, w) {
			t.Errorf("missing: %s", w)
		}
	}
	if t.Failed() {
		t.Log("got:\n" + strings.Join(got, "\n"))
	}
	// A way on that only acts makes no playbook without its act: that change is the way on taken away.
	if !slices.ContainsFunc(refused, func(s string) bool { return strings.HasSuffix(s, "choose refund does not: refund") }) {
		t.Errorf("refused: %q", refused)
	}
}

// TestMutantsOnce: no two mutants are the same playbook, none is the original, and they stand in the file's order.
func TestMutantsOnce(t *testing.T) {
	original, err := playbook.Load("small.yaml", []byte(small))
	if err != nil {
		t.Fatal(err)
	}
	mutants, err := playbook.Mutants("small.yaml", []byte(small))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{original.Hash: "the original"}
	line := 0
	for _, m := range mutants {
		if m.At.Line < line {
			t.Errorf("%s comes after line %d", m.At, line)
		}
		line = m.At.Line
		p, err := m.Playbook()
		if err != nil {
			continue
		}
		if before, ok := seen[p.Hash]; ok {
			t.Errorf("%s is the same as %s", m.Description, before)
		}
		seen[p.Hash] = m.Description
	}
}

// TestMutantsExtending: of a playbook that extends another only its own words are changed.
func TestMutantsExtending(t *testing.T) {
	got, _ := mutantsOf(t, "playbook: mine\nextends: tmall-dsers\nsettings:\n  customs_hold.remind_every: {duration: 5 days}\n")
	want := []string{
		"small.yaml:4:41 threshold: customs_hold.remind_every: 5 days becomes 6 days",
		"small.yaml:4:41 threshold: customs_hold.remind_every: 5 days becomes 4 days",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestMutantsOfNothing(t *testing.T) {
	if _, err := playbook.Mutants("none.yaml", []byte("playbook: none")); err == nil {
		t.Error("a playbook that does not compile has no mutants")
	}
}
