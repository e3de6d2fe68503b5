package sourcing

import "strings"

// Likeness says how near two listings are, and how sure that is.
type Likeness struct {
	Permille int      // 0 nothing in common, 1000 all that can be compared
	Shared   []string // what both say: concepts, measures, models
	Differs  []string // where both say something and not the same: colour, mm
	// Compared is the weight of what could be compared: titles in two scripts, of which the vocabulary knows little, have
	// little to go by.
	Compared int
}

// sure is the weight from which a likeness counts in full: what it is and two things about it.
const sure = 14

// Similar compares two titles, in any of Chinese, English and French.
//
// Words that only one script could have are left out when the other title is in another: they say nothing. A trait that
// differs (red, blue) weighs against; a measure that only one names does not.
func Similar(a, b string) Likeness { return compare(termsOf(a), termsOf(b)) }

func compare(a, b []term) Likeness {
	hanA, latinA := scripts(a)
	hanB, latinB := scripts(b)
	var l Likeness
	common, all := 0, 0
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case j == len(b) || i < len(a) && a[i].key() < b[j].key():
			all += l.alone(a[i], b, hanB, latinB)
			i++
		case i == len(a) || b[j].key() < a[i].key():
			all += l.alone(b[j], nil, hanA, latinA)
			j++
		default:
			w := 2 * weights[a[i].kind]
			common, all = common+w, all+w
			l.Shared = append(l.Shared, a[i].text)
			i, j = i+1, j+1
		}
	}
	l.Compared = common
	if all == 0 {
		return l
	}
	l.Permille = common * 1000 / all
	l.Permille = l.Permille * min(common, 2*sure) / (2 * sure)
	for range l.Differs {
		l.Permille = l.Permille * 6 / 10
	}
	return l
}

// alone is the weight of a term that the other side does not have. others are that side's terms where a difference is to be
// noted, once.
func (l *Likeness) alone(t term, others []term, han, latin bool) int {
	switch t.kind {
	case word:
		if t.han && !han || !t.han && !latin {
			return 0
		}
	case trait, measure:
		for _, o := range others {
			if o.kind == t.kind && o.group == t.group {
				l.differs(t.group)
			}
		}
		return weights[t.kind] / 2
	}
	return weights[t.kind]
}

func (l *Likeness) differs(group string) {
	if !strings.Contains(" "+strings.Join(l.Differs, " ")+" ", " "+group+" ") {
		l.Differs = append(l.Differs, group)
	}
}

// scripts says in which scripts a title has words of its own.
func scripts(terms []term) (han, latin bool) {
	for _, t := range terms {
		if t.kind == word {
			han, latin = han || t.han, latin || !t.han
		}
	}
	return han, latin
}
