package text

import (
	"strings"

	"recourse"
)

// Point says in a sentence what a part of an offer's score was given for: its name and its arguments, as the ranking has
// them.
func (l *Language) Point(name string, args []recourse.Arg) string {
	return l.ranked("point.", name, args)
}

// Block says in a sentence why an offer cannot be taken as it is.
func (l *Language) Block(code string, args []recourse.Arg) string {
	return l.ranked("block.", code, args)
}

func (l *Language) ranked(section, name string, args []recourse.Arg) string {
	v, how := values{}, ""
	for _, a := range args {
		switch {
		case a.Name == "how":
			how = "_" + a.Text
		case a.Name == "permille":
			v["percent"] = l.number(a.N / 10)
		case a.Sum.Currency != "":
			v[a.Name] = l.Money(a.Sum)
		case !a.At.IsZero():
			v[a.Name] = l.Day(recourse.DateOf(a.At))
		case a.Text != "":
			v[a.Name] = l.List(strings.Fields(a.Text))
		default:
			v[a.Name] = l.number(a.N)
		}
	}
	if a := (recourse.Why{Args: args}).Arg("most"); a.N > 0 && section == "block." && name == "too_dear" {
		v["most"] = l.number(a.N/10 - 100)
	}
	return l.say(section+name+how, v)
}
