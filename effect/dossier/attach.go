package dossier

import (
	"context"
	"strings"
	"unicode"

	"recourse"
	"recourse/evidence"
	"recourse/store"
	"recourse/text"
)

// Attach makes what goes with the letter of an act: the dossier of a claim, in the words of the letter, with the name of the
// file. Nothing goes with any other letter: then both are empty.
func Attach(ctx context.Context, st *store.Store, room *evidence.Room, merchant string, e *recourse.Effect, in *text.Language) (name string, pdf []byte, err error) {
	if e.Kind != recourse.EffectClaim || e.Case == "" {
		return "", nil, nil
	}
	c, err := Read(ctx, st, room, merchant, e.Case)
	if err != nil {
		return "", nil, err
	}
	pdf, err = Claim(c, in).Bytes()
	return Name(e.Case), pdf, err
}

// Name is what the file of a case's dossier is called.
func Name(id string) string {
	return "claim-" + strings.Map(func(r rune) rune {
		if r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '.') {
			return r
		}
		return '_'
	}, id) + ".pdf"
}
