package text

import (
	"strings"

	"recourse"
)

// Letter writes a message as it is sent: with the words that a person put in place of the template's, or by the template
// where they changed nothing (words is ""). It fails as [Language.Message] does.
func (l *Language) Letter(template string, d Data, words string) (subject, body string, err error) {
	if words == "" {
		return l.Message(template, d)
	}
	subject, body = Opened(words)
	return subject, body, nil
}

// Folded is a letter in one text: the subject, an empty line, the body. The subject is one line whatever was given.
func Folded(subject, body string) string {
	body = strings.ReplaceAll(body, "\r\n", "\n")
	return strings.Join(strings.Fields(subject), " ") + "\n\n" + strings.TrimSpace(body) + "\n"
}

// Opened takes a letter of one text apart. One that was not folded has its first line as the subject, cut where it is
// long, and all of its words in the body.
func Opened(words string) (subject, body string) {
	subject, body, folded := strings.Cut(words, "\n\n")
	if folded && !strings.Contains(subject, "\n") {
		return subject, body
	}
	first, _, _ := strings.Cut(words, "\n")
	return recourse.Shorten(first, 120), words
}
