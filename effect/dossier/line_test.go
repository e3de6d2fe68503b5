package dossier

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"os"
	"path/filepath"
)

// each character is one wide, those of China two.
func cells(s string) (n float64) {
	for _, r := range s {
		n++
		if wide(r) {
			n++
		}
	}
	return n
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		text string
		most float64
		want []string
	}{
		{"one two three", 8, []string{"one two", "three"}},
		{"台灯的灯罩裂了，请处理", 14, []string{"台灯的灯罩裂", "了，请处理"}},
		{"台灯的灯罩裂了了，请处理", 14, []string{"台灯的灯罩裂了", "了，请处理"}},
		{"lamp 台灯 lamp", 9, []string{"lamp 台灯", "lamp"}},
		{"abcdefghij", 4, []string{"abcd", "efgh", "ij"}},
		{"a\n\nb", 4, []string{"a", "", "b"}},
		{"", 4, []string{""}},
		{"（一）（二）", 6, []string{"（一）", "（二）"}},
		{"a\tb\u00a0c", 9, []string{"a b\u00a0c"}},
		{"x 😢😢 y", 20, []string{"x [emoji] y"}},
		{"ok👩‍👩‍👧", 20, []string{"ok[emoji]"}},
		{"bad\xffbytes", 20, []string{"bad□bytes"}},
	} {
		if got := wrap(c.text, c.most, cells); !slices.Equal(got, c.want) {
			t.Errorf("%q in %g: %q, wanted %q", c.text, c.most, got, c.want)
		}
	}
}

// TestFaces: names of three languages in one line have their letters.
func TestFaces(t *testing.T) {
	for r, want := range map[rune]face{'é': latin, 'ß': latin, 'Ł': latin, 'Я': latin, '王': han, '，': han, '。': han, 'あ': han, '한': hangul, '뷁': hangul, '€': latin, '¥': latin, '’': latin, '–': latin, '→': latin, '😢': nowhere, '\x01': nowhere} {
		if got := faceOf(r); got != want {
			t.Errorf("%q is in %d, wanted %d", r, got, want)
		}
	}
	if got := runs("Zoë 王小明 Lefèvre"); len(got) != 3 || got[1] != (run{han, "王小明"}) {
		t.Errorf("%v", got)
	}
}

// FuzzWrap: whatever is written, all of it is there, in lines that fit.
func FuzzWrap(f *testing.F) {
	f.Add("台灯，the lamp\nis broken 😢", 12)
	f.Fuzz(func(t *testing.T, s string, most int) {
		if len(s) > 2000 {
			return
		}
		most = max(2, most%100)
		lines := wrap(s, float64(most), cells)
		for _, line := range lines {
			if cells(line) > float64(most) && utf8.RuneCountInString(line) > 1 {
				t.Errorf("%q is wider than %d", line, most)
			}
		}
		bare := func(s string) string { return strings.NewReplacer(" ", "", "\n", "").Replace(s) }
		if got, want := bare(strings.Join(lines, "")), bare(printable(s)); got != want {
			t.Errorf("%q became %q", want, got)
		}
	})
}

// TestWords: every word of a dossier is there in every language, and none that nobody reads.
func TestWords(t *testing.T) {
	code := ""
	for _, name := range []string{"claim.go"} {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		code += string(data)
	}
	used := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?:say|Dossier)\("([a-z_]+)"|: "(photo_n|video_n)"`).FindAllStringSubmatch(code, -1) {
		used[m[1]+m[2]] = true
	}
	files, _ := filepath.Glob("../../text/locales/*.agent.ini")
	if len(files) != 3 {
		t.Fatal(files)
	}
	for _, name := range files {
		data, _ := os.ReadFile(name)
		_, section, _ := strings.Cut(string(data), "\n[dossier]\n")
		section, _, _ = strings.Cut(section, "\n[")
		there := map[string]bool{}
		for line := range strings.Lines(section) {
			if key, _, ok := strings.Cut(line, " = "); ok && !strings.HasPrefix(key, "#") {
				there[key] = true
				if !used[key] {
					t.Errorf("%s: nobody reads %s", name, key)
				}
			}
		}
		more, err := os.ReadFile(strings.Replace(name, ".agent.", ".books.", 1))
		if err != nil {
			t.Fatal(err)
		}
		_, section, _ = strings.Cut(string(more), "\n[dossier]\n")
		for _, m := range regexp.MustCompile(`(?m)^([a-z_]+) =`).FindAllStringSubmatch(section, -1) {
			there[m[1]] = true
		}
		for key := range used {
			if !there[key] {
				t.Errorf("%s: there is no %s", name, key)
			}
		}
	}
}
