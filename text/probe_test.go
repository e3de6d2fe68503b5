package text

import (
	"fmt"
	"recourse"
	"testing"
	"time"
)

func TestProbe(t *testing.T) {
	if _, err := builtin(); err != nil {
		t.Fatal(err)
	}
	for _, l := range []string{"en", "fr", "zh"} {
		L := In(l)
		for _, c := range []recourse.Currency{"EUR", "CNY", "JPY", "KWD", "CLF", "CHF"} {
			fmt.Print(L.Money(recourse.Money{Minor: -123450, Currency: c}), " | ")
		}
		fmt.Println(L.Duration("10 business days CN"), L.Duration("2 business days FR"), L.Days(1000000), L.Window("10 business days CN", "30 business days CN"), L.MomentZone(time.Now()))
		for _, n := range Templates() {
			s, b, err := L.Message(n, sample(nil))
			if err != nil {
				t.Error(err)
			}
			_ = s
			_ = b
		}
	}
}
