package desk

import (
	"context"
	"path"
	"strings"
	"unicode"

	"recourse"
	"recourse/store"
)

// AddEvidence writes down a photo or a video that was handed in for a case, and tells evidence.received: both are there or
// neither. The file is kept already, where files are kept. The same file for the same case again changes nothing and is
// answered as a duplicate. Text is what who sent it wrote beside it.
//
// Of e the case, the file and what it is are given, and who sent it; the order is found, and At is now when it is zero.
func (d *Desk) AddEvidence(ctx context.Context, merchant string, e store.Evidence, text string) (Result, error) {
	e.Merchant, e.Name = merchant, FileName(e.Name)
	if e.At.IsZero() {
		e.At = d.clock()
	}
	if e.Order == "" {
		e.Order = orderOf(&recourse.Event{Data: recourse.Data{Case: e.Case}})
	}
	ev := recourse.Event{Source: "evidence", ID: e.File + ":" + e.Order + ":" + e.Case, Type: recourse.EvidenceReceived,
		Data: recourse.Data{Order: e.Order, Case: e.Case, Kind: e.Kind, File: e.File, Text: text}}
	return d.Tell(ctx, merchant, Fact{Event: ev, By: e.By, Evidence: &e})
}

// maxName bounds a file's name, in characters.
const maxName = 100

// FileName is the name of a stranger's file as it may be kept and shown: no folders, no letters that nobody can see or
// that turn the others around.
func FileName(name string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, ""), `\`, "/"))
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, name))
	if name == "." || name == "/" || name == ".." {
		return ""
	}
	if runes := []rune(name); len(runes) > maxName {
		ext := []rune(path.Ext(name))
		ext = ext[:min(len(ext), 10)]
		name = string(runes[:maxName-len(ext)-1]) + "…" + string(ext)
	}
	return name
}
