package playbook

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"recourse"
)

// TestDraw compares two drawings with those known: a whole playbook, and a path with a walk under a merchant's own
// settings. RECOURSE_DRAW names a folder that gets the pictures of all built-in playbooks, to be looked at.
func TestDraw(t *testing.T) {
	p := overlaid(t, "")
	golden(t, "testdata/draw/shop.svg", p.Draw(DrawOptions{}))
	policy, err := p.With(map[string]string{"late.remedy": "refund", "late.give_up_after": "9 days"})
	if err != nil {
		t.Fatal(err)
	}
	walked := p.DrawPath("late", DrawOptions{Policy: policy, Walked: []string{"late.urged"}, Current: "late.given_up"})
	golden(t, "testdata/draw/walked.svg", walked)
	for _, want := range []string{"9 days after", "here", "arrow off", ">2 now<"} {
		if !bytes.Contains(walked, []byte(want)) {
			t.Errorf("the walk does not show %q", want)
		}
	}
	if p.DrawPath("nowhere", DrawOptions{}) != nil {
		t.Error("a path that is not there was drawn")
	}
}

func TestDrawBuiltins(t *testing.T) {
	for _, name := range Builtins() {
		p, err := Builtin(name)
		if err != nil {
			t.Fatal(err)
		}
		sound(t, p, DrawOptions{})
		if dir := os.Getenv("RECOURSE_DRAW"); dir != "" {
			pictures(t, p, dir)
		}
	}
}

func pictures(t *testing.T, p *Playbook, dir string) {
	files := map[string][]byte{p.Name: p.Draw(DrawOptions{})}
	for _, path := range p.Paths {
		files[p.Name+"-"+path.Name] = p.DrawPath(path.Name, DrawOptions{})
	}
	for name, data := range files {
		if err := os.WriteFile(dir+"/"+name+".svg", data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// sound checks what must hold of every drawing: it is XML, the same each time, and in it nothing overlaps.
func sound(t *testing.T, p *Playbook, opts DrawOptions) {
	t.Helper()
	picture := p.Draw(opts)
	d := xml.NewDecoder(bytes.NewReader(picture))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(picture, p.Draw(opts)) {
		t.Error("two drawings of one playbook differ")
	}
	pen := p.pen(opts)
	for _, path := range p.Paths {
		for _, part := range pen.panel(path).parts {
			apartFromEachOther(t, part)
			aroundBoxes(t, part)
		}
	}
}

// area is what a face covers; a label's words begin beside its line.
func area(v *vertex) [4]int {
	left := v.x - v.left
	if _, ok := v.face.(*labelFace); ok {
		left = v.x + 1
	}
	return [4]int{left, v.y, v.x + v.right, v.y + v.height}
}

// apartFromEachOther finds faces that cover each other.
func apartFromEachOther(t *testing.T, g *graph) {
	t.Helper()
	var all []*vertex
	for _, v := range slices.Concat(g.rows...) {
		if v.face != nil {
			all = append(all, v)
		}
	}
	for i, v := range all {
		a := area(v)
		for _, o := range all[:i] {
			if b := area(o); a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3] {
				t.Errorf("%v lies over %v", a, b)
			}
		}
	}
}

// aroundBoxes finds arrows that go through a face.
func aroundBoxes(t *testing.T, g *graph) {
	t.Helper()
	for _, w := range g.wires {
		points := g.corners(w)
		for i := 1; i < len(points); i++ {
			p, q := points[i-1], points[i]
			for _, v := range slices.Concat(g.rows...) {
				if v.face == nil {
					continue
				}
				a := area(v)
				if min(p.x, q.x) < a[2] && max(p.x, q.x) > a[0] && min(p.y, q.y) < a[3] && max(p.y, q.y) > a[1] {
					t.Errorf("an arrow %v-%v goes through %v", p, q, a)
				}
			}
		}
	}
}

// names are what a stranger may call things.
var names = []string{
	"a", `<script>alert("x")</script>`, "&amp;&#0;", "]]>", "\x00\x01\x1f", "\u202egnp.exe", "\xff\xfe", "状态名称很长的一个状态", strings.Repeat("endless", 60),
	strings.Repeat("a.b_c ", 80), "it's \"quoted\"", "", "   ", "🙂🙂🙂", "ﷺ", "name\nwith\nlines", "--><!--",
}

// TestDrawAnything draws generated playbooks: many states, arrows anywhere, and names that nobody should choose.
func TestDrawAnything(t *testing.T) {
	base := overlaid(t, "")
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 1))
		p := *base
		p.Name, p.About = pick(r, names), pick(r, names)
		p.Paths = []*Path{generated(r, base, 1+r.IntN(60)/(1+int(seed)%4)), base.Paths[r.IntN(len(base.Paths))]}
		p.Situations = []*Situation{{Name: recourse.Situation(pick(r, names)), About: pick(r, names), Path: p.Paths[0], Opens: base.Situations[0].Opens}}
		var walked []string
		for range r.IntN(5) {
			walked = append(walked, pick(r, p.Paths[0].States).Full)
		}
		policy, err := base.With(nil)
		if err != nil {
			t.Fatal(err)
		}
		opts := DrawOptions{Policy: policy, Walked: walked, Current: pick(r, p.Paths[0].States).Full}
		sound(t, &p, opts)
		p.Show()
		Diff(base, &p)
		if t.Failed() {
			t.Fatalf("seed %d, %d states", seed, len(p.Paths[0].States))
		}
	}
}

// BenchmarkDraw draws the trade's playbook, and a path with more states than anyone should write.
func BenchmarkDraw(b *testing.B) {
	p, err := Builtin("tmall-dsers")
	if err != nil {
		b.Fatal(err)
	}
	b.Run("trade", func(b *testing.B) {
		for b.Loop() {
			p.Draw(DrawOptions{})
		}
	})
	big := *p
	big.Paths = []*Path{generated(rand.New(rand.NewPCG(1, 2)), p, 300)}
	b.Run("states=300", func(b *testing.B) {
		for b.Loop() {
			big.Draw(DrawOptions{})
		}
	})
}

func pick[T any](r *rand.Rand, all []T) T { return all[r.IntN(len(all))] }

// generated is a path with n states and arrows in all directions.
func generated(r *rand.Rand, base *Playbook, n int) *Path {
	path := &Path{Name: pick(r, names)}
	for i := range n {
		s := &State{Path: path, Name: pick(r, names), Full: fmt.Sprint(path.Name, ".", i)}
		if r.IntN(5) == 0 {
			s.Outcome = pick(r, recourse.Outcomes)
		}
		path.States = append(path.States, s)
	}
	givenUp := base.State("late.given_up")
	for i, s := range path.States {
		s.Do = base.State("late.asking").Do
		for range r.IntN(4) {
			t := &Transition{Go: pick(r, path.States), If: givenUp.When[0].If, At: recourse.Position{Line: i}}
			switch r.IntN(6) {
			case 0:
				t.Event = recourse.ParcelShipped
				s.On = append(s.On, t)
			case 1:
				t.Remedy, t.Confirm = recourse.RemedyRefund, true
				s.Choose = append(s.Choose, t)
			case 2:
				s.When = append(s.When, t)
			case 3:
				t.Go, t.Become = nil, base.Situations[0]
				s.When = append(s.When, t)
			case 4:
				t.Go, t.Do = nil, s.Do
				s.On = append(s.On, t)
			default:
				s.Timers = append(s.Timers, &Timer{Every: r.IntN(2) == 0, In: Length{Literal: Duration{Time: 3600e9}}, Transition: *t})
			}
		}
	}
	return path
}

// FuzzWrap checks that no line is wider than asked for, unless a single character is, and that no letter is lost.
func FuzzWrap(f *testing.F) {
	for _, n := range names {
		f.Add(n, 100)
	}
	f.Fuzz(func(t *testing.T, text string, width int) {
		if width < 1 || width > 500 {
			return
		}
		lines := wrap(text, width, inkText)
		for _, l := range lines {
			if textWidth(l, inkText) > width && len([]rune(l)) > 1 {
				t.Errorf("%q is wider than %d", l, width)
			}
		}
		if got, want := strings.Join(lines, ""), strings.Join(strings.Fields(text), ""); strings.ReplaceAll(got, " ", "") != want {
			t.Errorf("%q became %q", want, got)
		}
	})
}
