package text

import (
	"reflect"
	"slices"
	"strconv"
	"text/template/parse"
	"time"

	"recourse"
)

// alternative is one manner in which some conditions can be made to hold: changes to be made to data, one after the other.
type alternative []func(*Data)

// alternatives are the manners in which all of some conditions can hold, at most so many.
func (t *trier) alternatives(needs []need) []alternative {
	all := []alternative{nil}
	for _, n := range needs {
		all = product(all, waysTo(n.pipe, n.holds))
	}
	return all
}

// product puts each of some changes behind each of others.
func product(a, b []alternative) (out []alternative) {
	for _, x := range a {
		for _, y := range b {
			if len(out) < mostTries {
				out = append(out, append(slices.Clone(x), y...))
			}
		}
	}
	return out
}

// waysTo are the manners in which what stands in a condition becomes true, or false.
func waysTo(n parse.Node, holds bool) []alternative {
	switch n := n.(type) {
	case *parse.PipeNode:
		if len(n.Cmds) == 1 {
			return waysTo(n.Cmds[0], holds)
		}
	case *parse.CommandNode:
		return waysToOf(n.Args, holds)
	case *parse.FieldNode:
		return []alternative{{filled(n.Ident, holds)}}
	}
	return []alternative{nil} // nothing can be done about it: it is as it is
}

// waysToOf is waysTo of a function with what it is given, or of a thing alone.
func waysToOf(args []parse.Node, holds bool) (out []alternative) {
	name, ok := args[0].(*parse.IdentifierNode)
	if !ok {
		return waysTo(args[0], holds)
	}
	switch name.Ident {
	case "not":
		return waysTo(args[1], !holds)
	case "and", "or":
		if (name.Ident == "and") == holds {
			out = []alternative{nil}
			for _, a := range args[1:] {
				out = product(out, waysTo(a, holds))
			}
			return out
		}
		for _, a := range args[1:] {
			out = append(out, waysTo(a, holds)...)
		}
		return out
	case "eq", "ne":
		return compared(args[1:], (name.Ident == "eq") == holds)
	}
	return []alternative{nil}
}

// compared makes a variable equal to one of some literals, or to none of them.
func compared(args []parse.Node, equal bool) (out []alternative) {
	f, ok := args[0].(*parse.FieldNode)
	if !ok {
		return []alternative{nil}
	}
	for _, a := range args[1:] {
		s, ok := literal(a)
		switch {
		case !ok:
		case equal:
			out = append(out, alternative{equated(f.Ident, s)})
		default:
			out = append(out, alternative{filled(f.Ident, false)}, alternative{equated(f.Ident, "-1")})
		}
	}
	if out == nil {
		out = []alternative{nil}
	}
	return out
}

// literal is a text or a number as a template writes it.
func literal(n parse.Node) (string, bool) {
	switch n := n.(type) {
	case *parse.StringNode:
		return n.Text, true
	case *parse.NumberNode:
		return n.Text, true
	}
	return "", false
}

// place is where a variable stands in data; not valid for what cannot be set.
func place(d *Data, path []string) reflect.Value {
	v := reflect.ValueOf(d).Elem()
	for _, name := range path {
		if v.Kind() != reflect.Struct {
			return reflect.Value{}
		}
		if v = v.FieldByName(name); !v.IsValid() || !v.CanSet() {
			return reflect.Value{}
		}
	}
	return v
}

// equated makes a variable equal to a literal.
func equated(path []string, s string) func(*Data) {
	return func(d *Data) {
		v := place(d, path)
		switch {
		case !v.IsValid():
		case v.Kind() == reflect.String:
			v.SetString(s)
		case v.Kind() == reflect.Int:
			n, _ := strconv.ParseInt(s, 10, 32)
			v.SetInt(n)
		}
	}
}

// filled gives a variable something to say, or nothing. That it IsZero is the contrary of that.
func filled(path []string, full bool) func(*Data) {
	if n := len(path); n > 1 && path[n-1] == "IsZero" {
		path, full = path[:n-1], !full
	}
	return func(d *Data) {
		v := place(d, path)
		switch {
		case !v.IsValid() || full && !v.IsZero():
		case !full:
			v.SetZero()
		default:
			fillIn(v)
		}
	}
}

func fillIn(v reflect.Value) {
	switch x := v.Addr().Interface().(type) {
	case *time.Time:
		*x = exampleDay
	case *recourse.Money:
		*x = recourse.Money{Minor: 2990, Currency: "EUR"}
	case *[]Goods:
		*x = []Goods{{Line: 1, Title: "…", Quantity: 1}}
	case *Span:
		*x = Span{"3 days", exampleDay}
	case *string:
		*x = "…"
	case *bool:
		*x = true
	case *int:
		*x = 2
	}
}

// exampleDay stands where a date is wanted and none is at hand.
var exampleDay = time.Date(2026, time.March, 20, 10, 0, 0, 0, time.UTC)
