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

// Finding says in a sentence what was found of an address, and what to do about it, by the code and the arguments that the
// look at addresses has. None of them shows anything personal.
func (l *Language) Finding(code string, args []recourse.Arg) (say, do string) {
	v := values{}
	for _, a := range args {
		switch a.Name {
		case "kind":
			v["kind"] = l.say("tax."+a.Text, nil)
		case "country":
			v["country"] = l.Country(a.Text)
		default:
			v[a.Name] = a.Text
		}
	}
	return l.say("finding."+code, v), l.say("finding."+code+"_do", v)
}

// AddressField is the word by which a field of an address is called.
func (l *Language) AddressField(field string) string { return l.say("address_field."+field, nil) }

// Excess says in a few words which limit of a shipping line is passed: grams as kilograms, millimetres as centimetres.
func (l *Language) Excess(limit string, is, most int, word string) string {
	v := values{"word": word, "is": l.number(int64(is)), "most": l.number(int64(most))}
	switch limit {
	case "weight", "volume":
		v["is"], v["most"] = l.thousandths(is), l.thousandths(most)
	case "longest", "sum", "girth":
		v["is"], v["most"] = l.tenths(is), l.tenths(most)
	}
	return l.say("excess."+limit, v)
}

// Kilograms is a weight in grams as people say it.
func (l *Language) Kilograms(grams int) string { return l.thousandths(grams) }

// Centimetres is a length in millimetres as people say it.
func (l *Language) Centimetres(mm int) string { return l.tenths(mm) }

func (l *Language) thousandths(n int) string { return l.fraction(n, 1000, 3) }
func (l *Language) tenths(n int) string      { return l.fraction(n, 10, 1) }
