package sourcing

import (
	"slices"
	"strings"
	"testing"
)

func TestSimilarAcrossLanguages(t *testing.T) {
	for _, c := range []struct {
		a, b     string
		from, to int
	}{
		{"Bluetooth headphones black", "Casque Bluetooth noir", 700, 1000},
		{"Bluetooth headphones black", "黑色蓝牙耳机", 700, 1000},
		{"Casque Bluetooth noir", "黑色无线耳机 立体声 高音质", 700, 1000},
		{"Bluetooth headphones black", "Casque Bluetooth rouge", 200, 600},
		{"Bluetooth headphones black", "红色蓝牙耳机", 200, 600},
		{"iPhone case A2482 clear", "透明手机壳 A2482", 600, 1000},
		{"iPhone case A2482 clear", "透明手机壳 A2890", 0, 550},
		{"Stainless steel bottle 500 ml", "不锈钢保温杯500毫升", 700, 1000},
		{"Stainless steel bottle 500ml", "Gourde inox 50cl", 700, 1000},
		{"Stainless steel bottle 500ml", "Gourde inox 1l", 100, 600},
		{"Wooden chair", "实木椅子", 400, 1000},
		{"Wooden chair", "Lampe de table", 0, 150},
		{"Wooden chair", "蓝牙耳机", 0, 0},
		{"", "蓝牙耳机", 0, 0},
		{"T-shirt coton femme blanc", "女款纯棉T恤 白色", 700, 1000},
	} {
		got := Similar(c.a, c.b)
		if got.Permille < c.from || got.Permille > c.to {
			t.Errorf("%q and %q: %d, want %d to %d (%+v)", c.a, c.b, got.Permille, c.from, c.to, got)
		}
		if back := Similar(c.b, c.a); back.Permille != got.Permille {
			t.Errorf("%q and %q: %d one way, %d the other", c.a, c.b, got.Permille, back.Permille)
		}
	}
}

// TestKeysAcrossLanguages: what is near shares a key, what is something else shares none.
func TestKeysAcrossLanguages(t *testing.T) {
	shared := func(a, b string) (n int) {
		for _, k := range Keys(a) {
			if slices.Contains(Keys(b), k) {
				n++
			}
		}
		return n
	}
	for _, c := range []struct {
		a, b string
		near bool
	}{
		{"Casque Bluetooth noir", "黑色蓝牙耳机", true}, {"iPhone case A2482 clear", "透明手机壳 A2482", true}, {"Gourde inox 50cl", "不锈钢保温杯500毫升", true},
		{"Casque Bluetooth noir", "实木椅子", false}, {"Wooden chair", "Lampe de bureau", false},
	} {
		if n := shared(c.a, c.b); n > 0 != c.near {
			t.Errorf("%q and %q share %d keys", c.a, c.b, n)
		}
	}
	if k := Keys(strings.Repeat("lamp chair vase red blue cotton silk wood ", 9)); len(k) > 40 {
		t.Errorf("a long title has %d keys", len(k))
	}
}
