package sample

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"slices"

	"recourse"
)

// Photo is what the buyer's camera saw when a fact of the sample shop tells of a photo, as a JPEG, and what the file was
// called; none for other facts, and for videos. It is drawn here: the same fact has the same photo for ever.
func Photo(ev *recourse.Event) (name string, photo []byte) {
	if ev.Type != recourse.EvidenceReceived || ev.Kind != "photo" {
		return "", nil
	}
	paint, known := subjects[ev.Order+" "+ev.Text]
	if !known {
		paint = subject{"photo.jpg", func(s *scene) { s.vase(450, glaze, 1) }, 1}
	}
	s := newScene(paint.light)
	paint.draw(s)
	return paint.name, s.jpeg()
}

// subject is one photo: what it is called, what is on it, and how light the room was.
type subject struct {
	name  string
	draw  func(*scene)
	light float64
}

// subjects are by order and what was written beside the photo. That of 2104 is the one of 2102 in another light: a desk that
// looks closely sees that.
var subjects = map[string]subject{
	"2101 ":                        {"IMG_4410.jpg", func(s *scene) { s.vase(430, glaze, 1); s.crack(395, 250, 16) }, 1},
	"2102 the open box":            {"box.jpg", func(s *scene) { s.box(4) }, 1},
	"2104 ":                        {"20260112_184455.jpg", func(s *scene) { s.box(4) }, 1.08},
	"2106 les deux tasses":         {"tasses.jpg", func(s *scene) { s.cup(260, porcelain); s.cup(610, porcelain); s.crack(215, 375, 9); s.shards(620, 585) }, .96},
	"2107 ":                        {"IMG_0093.jpg", func(s *scene) { s.vase(470, blue, 1) }, 1.04},
	"2114 label of the pillowcase": {"label.jpg", func(s *scene) { s.label() }, 1},
	"2120 crack at the base":       {"IMG_2207.jpg", func(s *scene) { s.lamp(450, 1); s.crack(418, 480, 7) }, .9},
	"2120 the shade from the side": {"IMG_2208.jpg", func(s *scene) { s.lamp(520, .55); s.shards(300, 600) }, .88},
	"2120 what fell out":           {"IMG_2209.jpg", func(s *scene) { s.lamp(250, .35); s.shards(600, 470); s.shards(640, 560) }, .92},
}

// The colours of things.
var (
	glaze     = rgb{.93, .9, .85}
	blue      = rgb{.25, .4, .66}
	porcelain = rgb{.95, .95, .93}
	linen     = rgb{.86, .78, .62}
	brass     = rgb{.72, .56, .3}
	cardboard = rgb{.7, .55, .38}
)

type rgb struct{ r, g, b float64 }

func (c rgb) by(f float64) rgb { return rgb{c.r * f, c.g * f, c.b * f} }

func (c rgb) mix(d rgb, a float64) rgb {
	return rgb{c.r + (d.r-c.r)*a, c.g + (d.g-c.g)*a, c.b + (d.b-c.b)*a}
}

// scene is a photo in the making: 900 × 675 points, light from the left.
type scene struct {
	w, h  int
	at    []rgb
	light float64
	dice  *rand.Rand
}

// newScene is a wooden table with nothing on it.
func newScene(light float64) *scene {
	s := &scene{w: 900, h: 675, light: light, dice: rand.New(rand.NewPCG(7, 7))}
	s.at = make([]rgb, s.w*s.h)
	wall, wood := rgb{.8, .79, .76}, rgb{.56, .4, .27}
	s.paint(func(x, y float64) (rgb, float64) {
		if y < 290 {
			return wall.by(1.02 - x/3500 - y/2600), 1
		}
		plank := math.Floor((y - 290) / 97)
		grain := math.Sin(y*.9+6*math.Sin(x/140+plank*2.1)) * .035
		seam := math.Mod(y-290, 97)
		c := wood.by(.92 + .06*math.Mod(plank*7, 3) + grain)
		if seam < 2.5 {
			c = c.by(.62)
		}
		return c, 1
	})
	return s
}

// paint lays a colour on every point, more or less of it.
func (s *scene) paint(f func(x, y float64) (rgb, float64)) {
	s.around(0, 0, float64(s.w), float64(s.h), f)
}

// around paints on the points within a distance of another, and nowhere else.
func (s *scene) around(cx, cy, rx, ry float64, f func(x, y float64) (rgb, float64)) {
	for y := max(0, int(cy-ry)-1); y < min(s.h, int(cy+ry)+2); y++ {
		for x := max(0, int(cx-rx)-1); x < min(s.w, int(cx+rx)+2); x++ {
			if c, a := f(float64(x), float64(y)); a > 0 {
				s.at[y*s.w+x] = s.at[y*s.w+x].mix(c, min(a, 1))
			}
		}
	}
}

// turned is a thing made on a wheel: a radius for every height, shaded as it is round.
func (s *scene) turned(cx, top, bottom float64, c rgb, radii ...float64) {
	s.shadow(cx+50, bottom-4, radii[len(radii)-1]*1.7, 26)
	s.around(cx, (top+bottom)/2, slices.Max(radii), (bottom-top)/2, func(x, y float64) (rgb, float64) {
		t := (y - top) / (bottom - top)
		if t < 0 || t > 1 {
			return c, 0
		}
		r := along(radii, t)
		u := (x - cx) / r
		if u*u > 1 {
			return c, 0
		}
		round := math.Sqrt(1 - u*u)
		lit := .42 + .62*max(0, .75*round-.6*u)
		shine := math.Pow(max(0, 1-math.Abs(u+.42)*3.2), 3) * .3
		return c.by(lit).mix(rgb{1, 1, 1}, shine), (1 - math.Abs(u)) * r / 1.5
	})
}

// along is the radius at a height, smooth between those given.
func along(radii []float64, t float64) float64 {
	at := t * float64(len(radii)-1)
	i := min(int(at), len(radii)-2)
	f := (1 - math.Cos((at-float64(i))*math.Pi)) / 2
	return radii[i]*(1-f) + radii[i+1]*f
}

// opening is the dark mouth of a vessel, with its rim.
func (s *scene) opening(cx, cy, r float64, c rgb) {
	s.ellipse(cx, cy, r, r*.24, c.by(.98))
	s.ellipse(cx, cy+1, r*.9, r*.2, c.by(.3))
}

func (s *scene) ellipse(cx, cy, rx, ry float64, c rgb) {
	s.around(cx, cy, rx, ry, func(x, y float64) (rgb, float64) {
		return c, (1 - math.Hypot((x-cx)/rx, (y-cy)/ry)) * ry / 1.5
	})
}

func (s *scene) shadow(cx, cy, rx, ry float64) {
	s.around(cx, cy, rx, ry, func(x, y float64) (rgb, float64) {
		return rgb{.12, .08, .05}, .6 * max(0, 1-math.Hypot((x-cx)/rx, (y-cy)/ry))
	})
}

func (s *scene) vase(cx float64, c rgb, size float64) {
	s.turned(cx, 585-455*size, 585, c, 62, 52, 70, 128, 150, 128, 92, 70)
	s.opening(cx, 585-455*size, 62, c)
}

func (s *scene) cup(cx float64, c rgb) {
	s.ellipse(cx+118, 455, 52, 62, c.by(.72))
	s.ellipse(cx+116, 455, 32, 42, rgb{.52, .37, .25})
	s.turned(cx, 350, 590, c, 118, 117, 112, 98, 72)
	s.opening(cx, 350, 118, c)
}

// lamp is one with a shade; crushed is how much of it is still round.
func (s *scene) lamp(cx, crushed float64) {
	s.turned(cx, 330, 600, brass, 16, 15, 40, 74, 84, 60, 96)
	s.turned(cx, 70, 345, linen, 105*crushed, 122, 150*(.4+.6*crushed), 176)
	s.ellipse(cx, 70, 105*crushed, 16, linen.by(.55))
}

// box is an open carton with room for six, of which some are there.
func (s *scene) box(there int) {
	s.shadow(475, 600, 430, 50)
	s.quad([4][2]float64{{120, 140}, {780, 140}, {850, 620}, {50, 620}}, cardboard.by(1.02))
	s.quad([4][2]float64{{160, 175}, {740, 175}, {790, 585}, {110, 585}}, cardboard.by(.5))
	for i := range 6 {
		x, y := 245+float64(i%3)*205, 270+float64(i/3)*205
		s.ellipse(x, y, 84, 74, cardboard.by(.36))
		if i >= there {
			continue
		}
		s.ellipse(x, y, 78, 68, porcelain.by(.95))
		s.ellipse(x+4, y+4, 64, 55, porcelain.by(.62))
		s.ellipse(x+8, y+10, 50, 41, porcelain.by(.82))
	}
}

// quad is a flat thing with four corners, in their order.
func (s *scene) quad(p [4][2]float64, c rgb) {
	cx, cy := (p[0][0]+p[2][0])/2, (p[0][1]+p[2][1])/2
	reach := 0.0
	for _, q := range p {
		reach = max(reach, math.Hypot(q[0]-cx, q[1]-cy))
	}
	s.around(cx, cy, reach, reach, func(x, y float64) (rgb, float64) {
		in := math.Inf(1)
		for i := range 4 {
			a, b := p[i], p[(i+1)%4]
			dx, dy := b[0]-a[0], b[1]-a[1]
			in = min(in, (dx*(y-a[1])-dy*(x-a[0]))/math.Hypot(dx, dy))
		}
		return c.by(1.04 - x/6000 - y/5000), in
	})
}

// label is a seam of cloth with a label sewn in.
func (s *scene) label() {
	cloth := rgb{.62, .68, .74}
	s.paint(func(x, y float64) (rgb, float64) {
		fold := math.Sin((x+y*.4)/95)*.09 + math.Sin((x-y*1.3)/210)*.07
		weave := (math.Sin(x*1.9) + math.Sin(y*1.9)) * .022
		return cloth.by(.95 + fold + weave), 1
	})
	s.shadow(470, 360, 300, 190)
	s.quad([4][2]float64{{255, 205}, {650, 175}, {672, 470}, {278, 500}}, rgb{.97, .96, .93})
	for i := range 7 {
		y := 245 + float64(i)*32
		long := []float64{250, 330, 180, 300, 215, 320, 120}[i]
		s.quad([4][2]float64{{285, y}, {285 + long, y - long*.076}, {286 + long, y + 9 - long*.076}, {286, y + 9}}, rgb{.22, .22, .25})
	}
}

// crack runs down from a point, with a fork.
func (s *scene) crack(x, y float64, steps int) {
	for i := range steps {
		nx, ny := x+(s.dice.Float64()-.42)*34, y+9+s.dice.Float64()*13
		s.line(x, y, nx, ny, 3.2-2*float64(i)/float64(steps))
		if i%4 == 2 {
			s.line(nx, ny, nx+18+s.dice.Float64()*30, ny+s.dice.Float64()*26-4, 1.4)
		}
		x, y = nx, ny
	}
}

func (s *scene) line(x1, y1, x2, y2, wide float64) {
	dx, dy := x2-x1, y2-y1
	for y := int(min(y1, y2)) - 4; y <= int(max(y1, y2))+4; y++ {
		for x := int(min(x1, x2)) - 4; x <= int(max(x1, x2))+4; x++ {
			if x < 0 || y < 0 || x >= s.w || y >= s.h {
				continue
			}
			px, py := float64(x)-x1, float64(y)-y1
			t := max(0, min(1, (px*dx+py*dy)/(dx*dx+dy*dy)))
			if a := wide - math.Hypot(px-t*dx, py-t*dy); a > 0 {
				s.at[y*s.w+x] = s.at[y*s.w+x].mix(rgb{.13, .1, .09}, min(a, .9))
			}
		}
	}
}

// shards are pieces that lie about.
func (s *scene) shards(cx, cy float64) {
	for range 7 {
		x, y := cx+(s.dice.Float64()-.5)*330, cy+(s.dice.Float64()-.5)*80
		r := 14 + s.dice.Float64()*26
		s.shadow(x+6, y+r*.5, r*1.3, r*.5)
		s.quad([4][2]float64{{x - r, y - r*.2}, {x + r*.3, y - r*.7}, {x + r, y + r*.3}, {x - r*.2, y + r*.6}}, porcelain.by(.78+s.dice.Float64()*.25))
	}
}

// jpeg is the photo, as a small camera takes it: darker in the corners, with noise.
func (s *scene) jpeg() []byte {
	m := image.NewRGBA(image.Rect(0, 0, s.w, s.h))
	for i, c := range s.at {
		x, y := float64(i%s.w)/float64(s.w)-.5, float64(i/s.w)/float64(s.h)-.5
		c = c.by(s.light * (1.04 - .55*(x*x+y*y)))
		n := (s.dice.Float64() + s.dice.Float64() - 1) * .03
		m.SetRGBA(i%s.w, i/s.w, color.RGBA{byteOf(c.r + n), byteOf(c.g + n), byteOf(c.b + n), 255})
	}
	var b bytes.Buffer
	jpeg.Encode(&b, m, &jpeg.Options{Quality: 84}) // writing into memory cannot fail
	return b.Bytes()
}

func byteOf(f float64) uint8 { return uint8(255 * min(1, max(0, f))) }
