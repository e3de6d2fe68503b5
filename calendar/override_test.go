package calendar

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"recourse"
)

const china2027 = `# what the notice for 2027 could say
calendar: CN
zone: Asia/Shanghai
weekend: [sat, sun]
year: 2027
source: https://www.gov.cn/example
announced: 2026-11-20
off: ["2027-01-01", "2027-02-05..2027-02-13"]
worked: [2027-01-30]
`

func with(t *testing.T, files ...string) *Set {
	t.Helper()
	set, err := tryWith(files...)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func tryWith(files ...string) (*Set, error) {
	var overrides []Override
	for _, file := range files {
		o, err := ParseOverride("days.yaml", []byte(file))
		if err != nil {
			return nil, err
		}
		overrides = append(overrides, o)
	}
	return Default().With(overrides...)
}

func TestAnAnnouncedYearIsNoLongerProvisional(t *testing.T) {
	set := with(t, china2027)
	c, _ := set.Calendar("CN")
	for s, want := range map[string]bool{
		"2027-01-01": false, "2027-02-05": false, "2027-02-12": false, "2027-01-30": true, "2027-02-15": true, "2026-02-20": false,
	} {
		if got := c.IsBusinessDay(day(t, s)); got != want {
			t.Errorf("%s: business day %v, want %v", s, got, want)
		}
	}
	from := instant(t, "2026-12-31T10:00:00+08:00")
	if d := c.Explain(from, 5); d.Provisional || len(d.Skipped) != 1 {
		t.Errorf("%v", d)
	}
	if d := countryOf(t, "CN").Explain(from, 5); !d.Provisional {
		t.Errorf("the default set has changed: %v", d)
	}
	if got := c.ProvisionalFrom(); got != day(t, "2028-01-01") {
		t.Errorf("provisional from %v", got)
	}
	if d := c.Explain(from, 300); !d.Provisional {
		t.Errorf("%v", d)
	}
}

func TestHash(t *testing.T) {
	base := Default().Hash()
	if len(base) != 64 || with(t).Hash() != base {
		t.Errorf("nothing added changes %s to %s", base, with(t).Hash())
	}
	seen := map[string]string{base: "nothing"}
	for _, file := range []string{
		china2027,
		strings.Replace(china2027, "02-13", "02-14", 1),
		strings.Replace(china2027, "2027-01-30", "2027-01-31", 1),
		"{calendar: CN, year: 2027}",
		"{calendar: FR, year: 2027}",
		"{calendar: CN, year: 2027, weekend: [sun]}",
		"{calendar: CN, year: 2026, zone: Asia/Hong_Kong}",
	} {
		hash := with(t, file).Hash()
		if other, ok := seen[hash]; ok {
			t.Errorf("%s has the hash of %s", file, other)
		}
		seen[hash] = file
	}
	elsewhere := strings.Replace(china2027, "example", "elsewhere", 1)
	if with(t, china2027).Hash() != with(t, elsewhere).Hash() {
		t.Error("the source changes the hash though no answer changes")
	}
}

// TestTheMachinesZoneChangesNothing runs itself once more on a machine that seems to stand in Samoa, where a whole
// day of 2011 is missing.
func TestTheMachinesZoneChangesNothing(t *testing.T) {
	if os.Getenv("PRINT_HASH") != "" {
		fmt.Println(Default().Hash())
		return
	}
	again := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	again.Env = append(os.Environ(), "PRINT_HASH=1", "TZ=Pacific/Apia")
	if out, err := again.Output(); err != nil || !strings.Contains(string(out), Default().Hash()) {
		t.Errorf("the hash here is %s, there %s, %v", Default().Hash(), out, err)
	}
}

func TestAFileSpeaksForItsWholeYear(t *testing.T) {
	set := with(t, "calendar: FR\nyear: 2027\noff: [2027-12-24]\n")
	c, _ := set.Calendar("FR")
	for s, want := range map[string]bool{"2027-12-24": false, "2027-07-14": true, "2026-07-14": false, "2028-07-14": false} {
		if got := c.IsBusinessDay(day(t, s)); got != want {
			t.Errorf("%s: business day %v, want %v", s, got, want)
		}
	}
	if c.ProvisionalFrom() != (recourse.Date{}) {
		t.Error("a file made the law provisional")
	}
}

func TestANewCountry(t *testing.T) {
	set := with(t, `
calendar: EG
zone: Africa/Cairo
weekend: [fri, sat]
year: 2026
off: [2026-01-07]
---
calendar: EG
weekend: [fri, sat]
year: 2027
---
calendar: XK
year: 2026
weekend: [sun]
---
calendar: XK
year: 2027
weekend: [sun]
zone: Europe/Belgrade
`)
	c, ok := set.Calendar("EG")
	if !ok || c.Location().String() != "Africa/Cairo" || c.Code() != "EG" {
		t.Fatal("no Egypt")
	}
	for s, want := range map[string]bool{
		"2026-01-07": false, "2026-01-04": true, "2026-01-02": false, "2025-06-08": true, "2040-06-08": false, "2040-06-10": true,
		"1960-01-01": false, "1960-01-03": true, "2100-01-01": false, "2100-01-03": true,
	} {
		if got := c.IsBusinessDay(day(t, s)); got != want {
			t.Errorf("%s: business day %v, want %v", s, got, want)
		}
	}
	if got := c.ProvisionalFrom(); got != day(t, "2028-01-01") {
		t.Errorf("provisional from %v", got)
	}
	from := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	if got := c.Add(from, math.MaxInt); recourse.DateOf(got) != day(t, "9999-12-30") {
		t.Errorf("the last day is %v", got)
	}
	sixDays, _ := set.Calendar("XK")
	for _, at := range []string{"1950-02-03T09:00:00Z", "1989-12-31T09:00:00Z", "2060-12-31T09:00:00Z", "2100-05-05T09:00:00Z"} {
		for n := -40; n <= 40; n++ {
			if n == 0 {
				continue
			}
			from := instant(t, at)
			for _, c := range []*Calendar{c, sixDays} {
				if got, want := c.Add(from, n), plainAdd(c, from, n); !got.Equal(want) {
					t.Fatalf("%s: %v + %d = %v, walking gives %v", c.Code(), from, n, got, want)
				}
			}
		}
	}
}

func TestParseOverrideRefuses(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", "days.yaml: the file is empty"},
		{"# nothing\n", "days.yaml: the file is empty"},
		{"- CN\n", "days.yaml:1:1: a calendar is a map"},
		{"calendar CN", "days.yaml:1:1: a calendar is a map"},
		{"year: 2027\n", `days.yaml:1:1: the key "calendar" is missing`},
		{"calendar: CN\n", `days.yaml:1:1: the key "year" is missing`},
		{"calendar: CN\nyear: 2027\nof: []\n", `days.yaml:3:1: unknown key "of" (the keys are`},
		{"calendar: CN\nyear: 2027\nyear: 2028\n", "days.yaml:3:1: mapping key"},
		{"calendar: China\nyear: 2027\n", `days.yaml:1:11: calendar "China" is not a country`},
		{"calendar: CN\nzone: Mars/Base\nyear: 2027\n", `days.yaml:2:7: zone "Mars/Base" is not a time zone`},
		{"calendar: CN\nzone: Local\nyear: 2027\n", `days.yaml:2:7: zone "Local" is not a time zone`},
		{"calendar: CN\nyear: 27\n", `days.yaml:2:7: year "27" is not a year of the tables`},
		{"calendar: CN\nyear: [2027]\n", `days.yaml:2:7: year "Sequence" is not a plain value`},
		{"calendar: CN\nyear: 2027\nweekend: [sat, sat]\n", `days.yaml:3:16: weekend "sat" is not a day of the week, or there twice`},
		{"calendar: CN\nyear: 2027\nweekend: [sun, mon, tue, wed, thu, fri, sat]\n", `days.yaml:3:41: weekend "sat" leaves no day`},
		{"calendar: CN\nyear: 2027\nannounced: soon\n", `days.yaml:3:12: announced "soon" is not a date`},
		{"calendar: CN\nyear: 2027\nsource: " + strings.Repeat("x", 501), `days.yaml:3:9: source "xxxx`},
		{"calendar: CN\nyear: 2027\noff: 2027-01-01\n", `days.yaml:3:6: off "2027-01-01" is not a list`},
		{"calendar: CN\nyear: 2027\noff: [2027-02-30]\n", `days.yaml:3:7: off "2027-02-30" is not a day`},
		{"calendar: CN\nyear: 2027\noff: [2027-01-01..9999-01-01]\n", `days.yaml:3:7: off "2027-01-01..9999-01-01" is outside 2027`},
		{"calendar: CN\nyear: 2027\noff: [2027-01-03..2027-01-01]\n", `days.yaml:3:7: off "2027-01-03..2027-01-01" ends before it begins`},
		{"calendar: CN\nyear: 2027\noff:\n  - 2027-01-01..2027-01-03\n  - 2027-01-03\n", `days.yaml:5:5: off "2027-01-03" is off twice`},
		{"calendar: CN\nyear: 2027\noff: [2027-01-30]\nworked: [2027-01-30]\n", `days.yaml:4:10: worked "2027-01-30" is also off`},
		{"calendar: CN\nyear: 2027\nworked: [2027-01-29]\n", `days.yaml:3:10: worked "2027-01-29" is already a working day: 2027-01-29 is a Friday`},
		{"calendar: CN\nyear: 2027\nworked: [2027-01-30, 2027-01-30]\n", `days.yaml:3:22: worked "2027-01-30" is worked twice`},
		{"calendar: CN\nyear: &y 2027\n", "days.yaml:2:7: year \"Anchor\" is not a plain value"},
		{"calendar: CN\nyear: 2027\noff: [*x]\n", "days.yaml:3:7: off \"Alias\" is not a plain value"},
		{"calendar: !!str CN\nyear: 2027\n", "days.yaml:1:11: calendar \"Tag\" is not a plain value"},
		{"<<: {calendar: CN}\nyear: 2027\n", "days.yaml:1:1: unknown key"},
		{"calendar: CN\nyear: 2027\n---\ncalendar: CN\nyear: 2027\n", "days.yaml:4:1: CN 2027 is already described at days.yaml:1:1"},
		{"calendar: XX\nyear: 2027\n", "days.yaml:1:1: the zone of XX is not known"},
		{"calendar: CN\nyear: 2027\nzone: Asia/Hong_Kong\n---\ncalendar: CN\nyear: 2028\nzone: Asia/Macau\n", "days.yaml:5:1: the zone of CN is Asia/Hong_Kong"},
		{"calendar: [", "days.yaml:1:11: "},
	} {
		_, err := tryWith(c.in)
		if err == nil || !strings.HasPrefix(err.Error(), c.want) || recourse.KindOf(err) != recourse.Invalid {
			t.Errorf("%q:\ngot  %v\nwant %s", c.in, err, c.want)
		}
	}
}

func TestConflictingFilesAreRefused(t *testing.T) {
	if _, err := tryWith(china2027, china2027); recourse.CodeOf(err) != "calendar_conflict" {
		t.Errorf("the same year twice: %v", err)
	}
}

// TestHostileFiles: each is refused quickly, none ends the program.
func TestHostileFiles(t *testing.T) {
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := byte('b'); c < 'j'; c++ {
		bomb += string(c) + ": &" + string(c) + " [*" + strings.Repeat(string(c-1)+",*", 8) + string(c-1) + "]\n"
	}
	for name, data := range map[string]string{
		"bomb":       bomb,
		"brackets":   strings.Repeat("[", 1<<19),
		"braces":     strings.Repeat("{", 1000),
		"maps":       strings.Repeat("{a: ", 1000),
		"dashes":     strings.Repeat("- ", 2000),
		"questions":  strings.Repeat("? ", 2000),
		"anchors":    strings.Repeat("&a ", 1300),
		"tags":       strings.Repeat("!a ", 1300),
		"staircase":  staircase("- a:\n"),
		"stairs":     staircase("a:\n"),
		"zeros":      strings.Repeat("\x00", 4000),
		"large":      strings.Repeat("# x\n", 1<<18+1),
		"long line":  "calendar: " + strings.Repeat("C", 5000),
		"documents":  strings.Repeat("---\n", 1<<17),
		"lines":      strings.Repeat("\n", 1<<14),
		"marks":      strings.Repeat("- &a !b x\n", 1<<13),
		"bare list":  strings.Repeat("-\n", 1<<13),
		"long list":  "calendar: CN\nyear: 2027\noff:\n" + strings.Repeat("- 2027-01-01\n", 8000),
		"same keys":  strings.Repeat("year: 2027\n", 4000),
		"other keys": manyKeys(4000),
	} {
		start := time.Now()
		_, err := ParseOverride("x.yaml", []byte(data))
		if kind := recourse.KindOf(err); kind != recourse.Invalid && kind != recourse.TooLarge {
			t.Errorf("%s: %v", name, err)
		}
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%s: %d bytes took %v", name, len(data), took)
		} else if took > 100*time.Millisecond {
			t.Logf("%s: %d bytes took %v", name, len(data), took)
		}
	}
}

// staircase is a file that goes one level deeper with every line.
func staircase(step string) string {
	var b strings.Builder
	for depth := 0; b.Len() < maxFile*9/10; depth++ {
		b.WriteString(strings.Repeat(" ", depth) + step)
	}
	return b.String()
}

func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat("k", 1+i%7) + time.Duration(i).String() + ": 1\n")
	}
	return b.String()
}

func FuzzParseOverride(f *testing.F) {
	for _, seed := range []string{
		china2027, string(chinaNotices), "", "calendar: CN", "a: &a [*a, *a]", "- - - -", "[[[[{{{{", "? {a: b}: c",
		"calendar: CN\nyear: 2027\noff: [\"2027-01-01..2027-12-31\"]\n", "<<: *x", "%YAML 1.1\n---\nx", "calendar: |\n  CN\n", "\"\\x", "\xff\xfe",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		o, err := ParseOverride("x.yaml", data)
		if err != nil {
			if _, ok := errors.AsType[*recourse.Error](err); !ok {
				t.Fatalf("%T: %v", err, err)
			}
			return
		}
		if len(o.years) == 0 || bytes.IndexByte(data, ':') < 0 {
			t.Fatalf("%q was taken as %+v", data, o)
		}
		set, err := Default().With(o)
		if err != nil {
			return
		}
		for _, y := range o.years {
			c, _ := set.Calendar(y.code)
			c.Explain(time.Date(y.year, 1, 1, 0, 0, 0, 0, time.UTC), 30)
		}
	})
}
