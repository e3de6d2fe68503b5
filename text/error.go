package text

import (
	"errors"
	"strings"

	"recourse"
)

// Error says in the language what was wrong and what to do about it, by the code of the error. ok is false where the
// language has no words for the code: then the error's own message is all there is.
func (l *Language) Error(err error) (say, do string, ok bool) {
	e, ours := errors.AsType[*recourse.Error](err)
	if !ours {
		return "", "", false
	}
	v := values{"value": quoted(e.Message), "near": quoted(e.Hint), "field": l.field(e.Field)}
	if e.Code == "text_field" {
		v["value"] = strings.TrimPrefix(e.Message, "there is no field ")
	}
	if say = l.say("error."+e.Code, v); say == "" {
		return "", "", false
	}
	return say, l.say("error."+e.Code+"_do", v), true
}

// field is the word by which the desk's pages call a field; "" where they have none.
func (l *Language) field(name string) string {
	s, _ := l.find("desk.field_"+name, "desk."+name)
	return s
}

// quoted is what an error's message quotes: the value at fault, by the house's rule for messages. "" where it quotes
// nothing.
func quoted(message string) string {
	_, after, ok := strings.Cut(message, `"`)
	if !ok {
		return ""
	}
	// What is quoted may hold quotation marks itself: the last one ends it, unless another thing is quoted.
	value, _, ok := strings.Cut(after, `"`)
	if !ok {
		return ""
	}
	return recourse.Shorten(value, 80)
}
