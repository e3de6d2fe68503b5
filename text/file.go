package text

import (
	"cmp"
	"slices"
	"strings"
)

// ParseWords reads a language's file, as it is downloaded and sent back. All mistakes are returned together (errors.Join),
// each a [recourse.Error] with its line and column.
func ParseWords(file string, data []byte) (Words, error) {
	phrases, err := parsePhrases(file, data)
	words := make(Words, len(phrases))
	for key, p := range phrases {
		words[key] = p.text
	}
	return words, err
}

// CheckFile holds a language's file against what the program asks for: keys, placeholders and messages, at their lines.
func (c *Catalog) CheckFile(lang Lang, file string, data []byte) error {
	_, err := c.With(lang, file, data)
	return err
}

// File is a language as a file: all that it says itself, and as remarks what it takes from another language, to be
// translated.
func (c *Catalog) File(lang Lang) []byte {
	l := c.In(string(lang))
	var b strings.Builder
	b.WriteString("# " + l.Name() + " (" + string(lang) + "). A line is \"key = text\"; a key with nothing behind it takes the indented lines below.\n" +
		"# What stands in {braces} or {{double braces}} is filled in. Lines that begin with # are remarks: what is still to be\n# translated stands in them. Take the # away and translate.\n")
	keys := c.Keys(lang)
	for key := range l.own {
		if !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	section := ""
	for _, key := range bySection(keys) {
		head, name, _ := strings.Cut(key, ".")
		if head != section {
			section = head
			b.WriteString("\n[" + section + "]\n")
		}
		if own, ok := l.own[key]; ok {
			writePair(&b, "", name, own.text)
		} else if lent, ok := l.Of(key); ok {
			writePair(&b, "# ", name, lent)
		}
	}
	return []byte(b.String())
}

// writePair writes a key with its text, on lines of its own where it has several.
func writePair(b *strings.Builder, mark, name, text string) {
	if !strings.Contains(text, "\n") {
		b.WriteString(mark + name + " = " + text + "\n")
		return
	}
	b.WriteString(mark + name + " =\n")
	for line := range strings.SplitSeq(text, "\n") {
		if line == "" {
			b.WriteString(strings.TrimRight(mark, " ") + "\n")
			continue
		}
		b.WriteString(mark + "    " + line + "\n")
	}
}

// bySection sorts keys so that those of a section stand together, in the order of a file.
func bySection(keys []string) []string {
	slices.SortFunc(keys, func(a, b string) int {
		sa, na, _ := strings.Cut(a, ".")
		sb, nb, _ := strings.Cut(b, ".")
		return cmp.Or(cmp.Compare(rank(sa), rank(sb)), strings.Compare(sa, sb), cmp.Compare(len(na)*numeric(na), len(nb)*numeric(nb)), strings.Compare(na, nb))
	})
	return keys
}

// sections is the order of a file: how the language writes first, then what buyers read, then the desk.
var sections = []string{"language", "format", "month", "short_month", "money", "count", "duration", "place", "deadline", "part", "message", "buyer"}

func rank(section string) int {
	if i := slices.Index(sections, section); i >= 0 {
		return i
	}
	return len(sections)
}

// numeric is 1 for a name of digits, so that months stand in their order; else 0.
func numeric(s string) int {
	if strings.Trim(s, "0123456789") == "" {
		return 1
	}
	return 0
}
