package intake

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"recourse"
)

//go:embed profiles/*.yaml
var profileFiles embed.FS

// builtins are read once; that they can be is a test.
//
// They go through the same parser as a merchant's own mapping file, and have no other way in: what they
// can do, anybody's can.
var builtins = sync.OnceValue(func() []*Profile {
	var all []*Profile
	for _, name := range []string{"dsers", "shopify", "woocommerce"} {
		data, err := profileFiles.ReadFile("profiles/" + name + ".yaml")
		if err != nil {
			panic(err)
		}
		p, err := ParseProfile(name+".yaml", data)
		if err != nil {
			panic(err)
		}
		all = append(all, p)
	}
	return all
})

// Builtins are the profiles that come with the program: dsers, shopify, woocommerce. They are files of the same
// form as an operator's; ProfileSource gives their text, to start one's own from.
func Builtins() []*Profile { return slices.Clone(builtins()) }

// ProfileSource is the YAML of a built-in profile; ok is false when there is none of that name.
func ProfileSource(name string) (data []byte, ok bool) {
	data, err := profileFiles.ReadFile("profiles/" + name + ".yaml")
	return data, err == nil
}

// Builtin gives a built-in profile by name. The error is of kind NotFound and names the nearest.
func Builtin(name string) (*Profile, error) {
	var names []string
	for _, p := range builtins() {
		if p.Name == name {
			return p, nil
		}
		names = append(names, p.Name)
	}
	return nil, &recourse.Error{Kind: recourse.NotFound, Code: "profile_unknown", Field: "profile",
		Message: fmt.Sprintf("there is no built-in profile %q", recourse.Shorten(name, 40)), Hint: recourse.Nearest(name, names)}
}

// Match says how well a profile fits a header.
//
// Unread is as important as Found. A merchant who sees a column of refunds in that list knows that
// refunds were not read, without having to miss them first.
type Match struct {
	Profile *Profile
	Found   []string  // the columns of the header that the profile reads, in the header's order
	Unread  []string  // those it does not
	Missing []string  // what the profile needs to recognise a book and the header lacks
	Reads   []Reading // what the columns found are read as, in the header's order
}

// Reading is a column with the fields that it is read as: those of the mapping file, such as order.placed or line.title,
// and status for a column with words of status, or with an instant that one of them takes.
type Reading struct {
	Column string
	Fields []string
}

// String is the match in a line for a person: what was recognised, and what will not be read.
func (m Match) String() string {
	s := fmt.Sprintf("profile %s: reads %d of %d columns", m.Profile.Name, len(m.Found), len(m.Found)+len(m.Unread))
	if len(m.Missing) > 0 {
		s += "; missing: " + strings.Join(m.Missing, ", ")
	}
	if len(m.Unread) > 0 {
		s += "; not read: " + strings.Join(m.Unread[:min(len(m.Unread), 12)], ", ")
		if len(m.Unread) > 12 {
			s += ", …"
		}
	}
	return s
}

// Guess finds the one profile among those given that recognises a header: all its identifying columns are
// there, and no other such profile reads as many columns. The error, of kind Invalid, is profile_none (with the
// nearest profile and what it misses) or profile_ambiguous (with those that fit alike); both show the header.
//
// Two profiles that fit alike are not settled by their order in the list. The columns may have the same
// names and other meanings (a price with and without tax), and only a person knows which program wrote
// the file.
func Guess(header []string, among []*Profile) (Match, error) {
	own, _ := splitRejects(header)
	var fits []Match
	var nearest Match
	for _, p := range among {
		m := match(p, own)
		if len(m.Missing) == 0 {
			fits = append(fits, m)
		}
		if nearest.Profile == nil || nearness(m) > nearness(nearest) {
			nearest = m
		}
	}
	slices.SortStableFunc(fits, func(a, b Match) int { return len(b.Found) - len(a.Found) })
	shown := recourse.Shorten(strings.Join(own, ", "), 400)
	switch {
	case len(fits) == 0 && nearest.Profile == nil:
		return Match{}, guessError("profile_none", "no profile was given to recognise the header: "+shown, "")
	case len(fits) == 0:
		return nearest, guessError("profile_none", "no profile recognises the header: "+shown,
			fmt.Sprintf("the nearest is %s, which misses %s; name a profile or write a mapping file", nearest.Profile.Name, strings.Join(nearest.Missing, ", ")))
	case len(fits) > 1 && len(fits[0].Found) == len(fits[1].Found):
		return fits[0], guessError("profile_ambiguous", fmt.Sprintf("the profiles %s and %s recognise the header alike: %s", fits[0].Profile.Name, fits[1].Profile.Name, shown), "name the one that is meant")
	}
	return fits[0], nil
}

// nearness ranks profiles that do not fit: by the part of their identifying columns that is there.
//
// Among equals the one that reads more columns is the nearer.
func nearness(m Match) float64 {
	whole := float64(len(m.Profile.identify))
	return (whole-float64(len(m.Missing)))/whole + float64(len(m.Found))/1e6
}

// guessError is about the header, the book's first row.
func guessError(code, message, hint string) error {
	return &recourse.Error{Kind: recourse.Invalid, Code: code, Field: "profile", Position: recourse.Position{Line: 1}, Message: message, Hint: hint}
}

// match tells what a profile finds in a header.
//
// It uses the same binding as the plan, so that what is shown as found is what will be read. The profile
// is copied and made lenient first: here a missing column is an answer and not an error.
func match(p *Profile, header []string) Match {
	m := Match{Profile: p}
	x := indexHeader(header, 0)
	for _, c := range p.identify {
		if columns, _ := x.find(c, 1); columns == nil {
			m.Missing = append(m.Missing, c.names[0][0])
		}
	}
	lax := *p
	lax.lenient = true
	pl := &plan{profile: &lax, header: header, used: make([]bool, len(header))}
	fields := make([][]string, len(header))
	for n := 1; n <= maxItems; n++ {
		s, counted, err := pl.slot(x, n)
		for f, columns := range s {
			for _, c := range columns {
				fields[c] = append(fields[c], fieldNames[f])
			}
		}
		if err != nil || !counted {
			break
		}
	}
	_ = pl.bindStatuses(x) // a lenient plan binds what there is
	for i, name := range header {
		if !pl.used[i] {
			m.Unread = append(m.Unread, name)
			continue
		}
		m.Found = append(m.Found, name)
		if len(fields[i]) == 0 {
			fields[i] = []string{"status"}
		}
		slices.Sort(fields[i])
		m.Reads = append(m.Reads, Reading{name, slices.Compact(fields[i])})
	}
	return m
}
