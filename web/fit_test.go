package web_test

import (
	"testing"

	"recourse"
	"recourse/web"
)

// TestFitItem reads weights and sizes as people write them, and names what it cannot read.
func TestFitItem(t *testing.T) {
	for in, want := range map[[3]string][5]int{
		{"", "", ""}: {1}, {"3", "900", "300x200x100"}: {3, 900, 300, 200, 100}, {"1", "1.2kg", "30 x 20 × 10.5 cm"}: {1, 1200, 300, 200, 105}, {"1", "0,5 kg", "300*200*100mm"}: {1, 500, 300, 200, 100},
	} {
		it, err := web.FitItem(in[0], in[1], in[2])
		if err != nil || it.Pieces != want[0] || it.WeightG != want[1] || it.SizeMM != (recourse.Size{want[2], want[3], want[4]}) {
			t.Errorf("%v: %+v %v", in, it, err)
		}
	}
	for in, field := range map[[3]string]string{{"0", "", ""}: "pieces", {"x", "", ""}: "pieces", {"1", "-1", ""}: "weight", {"1", "heavy", ""}: "weight", {"1", "", "3x3"}: "size", {"1", "", "3x3xq"}: "size", {"1", "1.23456", ""}: "weight", {"1", "99999999999999999999", ""}: "weight"} {
		_, err := web.FitItem(in[0], in[1], in[2])
		if e, ok := err.(*recourse.Error); !ok || e.Field != field || e.Code != "fit_value" {
			t.Errorf("%v: %v", in, err)
		}
	}
}

// FuzzFitItem: nothing that is typed stops the program, and what is read is a measure.
func FuzzFitItem(f *testing.F) {
	f.Add("3", "1.2kg", "30x20x10cm")
	f.Fuzz(func(t *testing.T, pieces, weight, size string) {
		it, err := web.FitItem(pieces, weight, size)
		if err == nil && (it.Pieces < 1 || it.WeightG < 0 || min(it.SizeMM[0], it.SizeMM[1], it.SizeMM[2]) < 0) {
			t.Errorf("%q %q %q: %+v", pieces, weight, size, it)
		}
	})
}
