package sample

import (
	"bytes"
	"image/jpeg"
	"testing"
	"time"

	"recourse"
)

// TestPhotos: every photo that the shop's buyers send is there, and each has its own subject.
func TestPhotos(t *testing.T) {
	painted := map[string]bool{}
	now := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	for _, ev := range Shop(now) {
		name, photo := Photo(&ev)
		if want := ev.Type == recourse.EvidenceReceived && ev.Kind == "photo"; want != (photo != nil) {
			t.Errorf("%s %s of order %s: a photo, %t", ev.Type, ev.Kind, ev.Order, photo != nil)
		}
		if photo == nil {
			continue
		}
		if _, known := subjects[ev.Order+" "+ev.Text]; !known || name == "" {
			t.Errorf("the photo %q of order %s has no subject", ev.Text, ev.Order)
		}
		painted[ev.Order+" "+ev.Text] = true
		if m, err := jpeg.Decode(bytes.NewReader(photo)); err != nil || m.Bounds().Dx() != 900 {
			t.Errorf("order %s: %v", ev.Order, err)
		}
		if _, again := Photo(&ev); !bytes.Equal(photo, again) {
			t.Errorf("the photo of order %s is not the same twice", ev.Order)
		}
	}
	for k := range subjects {
		if !painted[k] {
			t.Errorf("nobody sends %q", k)
		}
	}
}
