package text

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"recourse"
)

// reasons is one of each kind, with the arguments that package decide gives it, and again without.
func reasons(t *testing.T) []recourse.Why {
	at := day(time.March, 6)
	args := map[recourse.WhyCode][]recourse.Arg{
		recourse.WhyEvent:    {{Name: "event", Text: "purchase.out_of_stock"}, {Name: "time", At: at}},
		recourse.WhyDeadline: {{Name: "after", Text: "2 days"}, {Name: "from", Text: "purchase.ship_by"}, {Name: "since", At: day(time.March, 4)}, {Name: "due", At: at}},
		recourse.WhyWatch:    {{Name: "after", Text: "late_shipment.urge_after"}, {Name: "from", Text: "purchase.ship_by"}, {Name: "since", At: day(time.March, 4)}, {Name: "due", At: at}},
		recourse.WhyChosen:   {{Name: "remedy", Text: "reorder"}, {Name: "by", Text: "buyer"}},
		recourse.WhyFacts:    {{Name: "condition", Text: "case.searched && !offered"}},
		recourse.WhyBecame:   {{Name: "from", Text: "late_shipment"}, {Name: "to", Text: "out_of_stock"}},
		recourse.WhyAlone: {{Name: "sum", Sum: recourse.Money{Minor: 8200, Currency: "CNY"}}, {Name: "cost", Sum: recourse.Money{Minor: 8000, Currency: "CNY"}}, {Name: "bound", Text: "5 %"},
			{Name: "likeness", N: 92}, {Name: "least", N: 90}},
		recourse.WhyBusy:       {{Name: "situation", Text: "late_shipment"}, {Name: "case", Text: "1001-1"}},
		recourse.WhyDoubleLoss: {{Name: "line", N: 2}},
		recourse.WhyPaid:       {{Name: "line", N: 2}},
		recourse.WhyOvertaken:  {{Name: "template", Text: "delay_notice"}},
		recourse.WhyLoop:       {{Name: "state", Text: "repay.paying"}},
		recourse.WhyOutside:    {{Name: "amount", Sum: recourse.Money{Minor: 2990, Currency: "EUR"}}},
		recourse.WhyLateMoney:  {{Name: "amount", Sum: recourse.Money{Minor: 8000, Currency: "CNY"}}},
		recourse.WhyOver:       {{Name: "amount", Sum: recourse.Money{Minor: 2990, Currency: "EUR"}}},
	}
	event := []recourse.Arg{{Name: "event", Text: "parcel.scanned"}, {Name: "time", At: at}}
	for _, code := range []recourse.WhyCode{recourse.WhyJoined, recourse.WhyHeld, recourse.WhyNoted, recourse.WhyDuplicate, recourse.WhySeveral} {
		args[code] = event
	}
	var all []recourse.Why
	for _, code := range constants(t, "", "WhyCode") {
		all = append(all, recourse.Why{Code: recourse.WhyCode(code), Args: args[recourse.WhyCode(code)]})
		if In("en").has("why." + code + "_bare") {
			all = append(all, recourse.Why{Code: recourse.WhyCode(code), Args: fewer(args[recourse.WhyCode(code)])})
		}
	}
	return append(all,
		recourse.Why{Code: recourse.WhyOvertaken, Args: []recourse.Arg{{Name: "template", Text: "give_up"}}},
		recourse.Why{Code: "some_new_code"})
}

// fewer is what is known when the time of an event, the one who chose, or the anchor of a deadline is not.
func fewer(args []recourse.Arg) []recourse.Arg {
	return slices.DeleteFunc(slices.Clone(args), func(a recourse.Arg) bool {
		return !slices.Contains([]string{"event", "remedy", "after", "since", "due", "sum", "cost", "bound"}, a.Name)
	})
}

// TestHistory compares reasons, entries and acts in words with what a person has read.
func TestHistory(t *testing.T) {
	for _, lang := range Builtin().Languages() {
		l := In(string(lang))
		var b strings.Builder
		for _, w := range reasons(t) {
			fmt.Fprintf(&b, "%s: %s\n", w.Code, l.Why(w))
		}
		b.WriteString("\n")
		file := story()
		for _, kind := range constants(t, "", "EntryKind") {
			e := recourse.Entry{Case: "1001-1", Kind: recourse.EntryKind(kind), From: "late_shipment", To: "out_of_stock", Why: reasons(t)[0]}
			switch e.Kind {
			case recourse.EntryMoved:
				e.From, e.To = "late.urged", "late.given_up"
			case recourse.EntryClosed:
				e.To = "refunded"
			case recourse.EntryDid:
				e.To = "refund"
			}
			fmt.Fprintf(&b, "%s: %s\n", kind, l.Entry(e, file))
		}
		file.Cases = append(file.Cases, file.Cases[0])
		fmt.Fprintf(&b, "of several: %s\n\n", l.Entry(recourse.Entry{Case: "1001-1", Kind: recourse.EntryClosed, To: "refunded"}, file))
		for _, kind := range constants(t, "", "EffectKind") {
			e := recourse.Effect{Kind: recourse.EffectKind(kind)}
			if l.has("act." + kind + "_bare") {
				fmt.Fprintf(&b, "%s: %s\n", kind, l.Effect(e))
			}
			e = recourse.Effect{Kind: e.Kind, To: "buyer", Of: "merchant", Template: "customs_buyer", Question: "oversized", Draft: e.Kind == recourse.EffectMessage,
				Amount: recourse.Money{Minor: 2990, Currency: "EUR"}, Purchase: "TM-5500123", Parcel: "LP00123456CN", Supplier: "明亮灯具旗舰店"}
			fmt.Fprintf(&b, "%s: %s\n", kind, l.Effect(e))
		}
		golden(t, filepath.Join("testdata", string(lang), "history.golden"), b.String())
	}
}

// TestLabels tells what has no words by its name.
func TestLabels(t *testing.T) {
	l := In("en")
	for got, want := range map[string]string{
		l.Situation("customs_hold"):               "Held by customs",
		l.Situation("my_own_trouble"):             "my own trouble",
		l.Outcome(recourse.OutcomeNotPossible):    "Nothing could be done",
		l.Status(recourse.Open):                   "Open",
		l.State("late.urged"):                     "supplier urged to ship",
		l.State("mine.some_state"):                "mine.some state",
		l.Refund(recourse.RefundDone):             "Paid",
		l.Recovery(recourse.RecoveryWrittenOff):   "Written off",
		l.Parcel(recourse.CustomsHold):            "Held by customs",
		l.Leg(recourse.Domestic):                  "Domestic",
		l.Party(recourse.PartyAgent):              "Agent",
		l.Choice("1001-2"):                        "1001-2",
		l.Event(recourse.OrderPlaced):             "The order was placed",
		l.Template("delay_notice"):                "delay notice",
		l.Template("my_letter"):                   "my letter",
		l.Situation(recourse.Situation("a\nb")):   "a b",
		l.Effect(recourse.Effect{Kind: "a_kind"}): "a kind",
		l.Why(recourse.Why{}):                     "",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestDeadline(t *testing.T) {
	date := func(month time.Month, day int) recourse.Date {
		return recourse.Date{Year: 2026, Month: month, Day: day}
	}
	spring := recourse.Deadline{
		Due: day(time.March, 6), From: day(time.February, 14), Days: 10, Country: "CN",
		Skipped: []recourse.DayRange{{First: date(time.February, 15), Last: date(time.February, 23)}}, Worked: []recourse.Date{date(time.February, 28)},
	}
	each(t, "spring festival", "due 6 Mar 2026, 10 business days after 14 Feb in China: 15–23 Feb holiday, 28 Feb worked",
		"échéance le 6 mars 2026, 10\u00a0jours ouvrés après le 14 févr. en Chine\u202f: 15–23 févr. fériés, 28 févr. travaillé",
		"2026年3月6日到期，自2月14日起 10 个中国工作日：2月15日至23日放假，2月28日上班",
		func(l *Language) string { return l.Deadline(spring) })
	if got := In("en").Deadline(spring); got != spring.String() {
		t.Errorf("the English is %q, the plain one %q", got, spring)
	}
	each(t, "calendar days", "due 6 Mar 2026, 2 days after 4 Mar", "échéance le 6 mars 2026, 2\u00a0jours après le 4 mars", "2026年3月6日到期，自3月4日起 2 天",
		func(l *Language) string {
			return l.Deadline(recourse.Deadline{Due: day(time.March, 6), From: day(time.March, 4), Days: 2})
		})
	provisional := recourse.Deadline{
		Due: time.Date(2027, time.January, 4, 10, 0, 0, 0, china), From: day(time.December, 31), Days: 1, Country: "CN", Provisional: true,
		Skipped: []recourse.DayRange{{First: recourse.Date{Year: 2027, Month: 1, Day: 1}, Last: recourse.Date{Year: 2027, Month: 1, Day: 1}, Name: "元旦"}},
	}
	each(t, "provisional", "due 4 Jan 2027, 1 business day after 31 Dec 2026 in China: 1 Jan holiday (元旦) (provisional: the calendar of 2027 has not been announced in China)",
		"échéance le 4 janv. 2027, 1\u00a0jour ouvré après le 31 déc. 2026 en Chine\u202f: 1er janv. férié (元旦) (provisoire\u202f: le calendrier de 2027 n’est pas encore publié en Chine)",
		"2027年1月4日到期，自2026年12月31日起 1 个中国工作日：1月1日放假（元旦）（暂定：中国尚未公布 2027 年的日历）",
		func(l *Language) string { return l.Deadline(provisional) })
	back := recourse.Deadline{Due: day(time.April, 29), From: day(time.May, 4), Days: -2, Country: "FR",
		Skipped: []recourse.DayRange{{First: date(time.April, 30), Last: date(time.May, 2)}}}
	each(t, "backwards, over the end of a month", "due 29 Apr 2026, 2 business days before 4 May in France: 30 Apr–2 May holiday",
		"échéance le 29 avr. 2026, 2\u00a0jours ouvrés avant le 4 mai en France\u202f: 30 avr.–2 mai fériés", "2026年4月29日到期，5月4日之前 2 个法国工作日：4月30日至5月2日放假",
		func(l *Language) string { return l.Deadline(back) })
}
