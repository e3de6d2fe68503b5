package sample

import (
	"strings"
	"testing"
)

func TestShares(t *testing.T) {
	sum := 0
	for _, l := range lands {
		sum += l.share
		for _, s := range append(l.first, l.last...) {
			if mail := plain.Replace(strings.ToLower(s)); strings.Trim(mail, "abcdefghijklmnopqrstuvwxyz-") != "" {
				t.Errorf("%s: %q is no part of a mail address", s, mail)
			}
		}
	}
	if sum != 1000 {
		t.Errorf("the shares of the countries make %d, 1000 are wanted", sum)
	}
}
