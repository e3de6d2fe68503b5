package evidence_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"recourse"
	"recourse/evidence"
)

// refusals are files that are not taken, with the code that says so.
func refusals(t *testing.T) map[string]struct {
	content io.Reader
	code    string
} {
	t.Helper()
	photo := encoded(t, drawn(600, 400, 9), "jpeg")
	drawing, moving := encoded(t, drawn(600, 400, 9), "png"), encoded(t, drawn(60, 40, 9), "gif")
	webp, err := os.ReadFile("testdata/small.webp")
	if err != nil {
		t.Fatal(err)
	}
	film, _ := io.ReadAll(movie(100_000))
	type file = struct {
		content io.Reader
		code    string
	}
	of := func(code string, parts ...any) file {
		var all []byte
		for _, p := range parts {
			switch p := p.(type) {
			case string:
				all = append(all, p...)
			case []byte:
				all = append(all, p...)
			}
		}
		return file{bytes.NewReader(all), code}
	}
	return map[string]file{
		"nothing":             of("evidence_empty"),
		"text":                of("evidence_type", "hello"),
		"an svg":              of("evidence_type", `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`),
		"an svg with a head":  of("evidence_type", "\xef\xbb\xbf<?xml version=\"1.0\"?>\n<svg/>"),
		"a page":              of("evidence_type", "<!DOCTYPE html><script>alert(1)</script>"),
		"a zip":               of("evidence_type", archived(t)),
		"a pdf":               of("evidence_type", "%PDF-1.7\n"),
		"a program":           of("evidence_type", "MZ\x90\x00"),
		"a script":            of("evidence_type", "#!/bin/sh\n"),
		"a playlist":          of("evidence_type", "#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"),
		"a bmp":               of("evidence_type", "BM\x00\x00\x00\x00"),
		"a tiff":              of("evidence_type", "II*\x00\x08\x00\x00\x00"),
		"avif":                of("evidence_type", "\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1miaf"),
		"matroska":            of("evidence_type", "\x1a\x45\xdf\xa3\x8b\x42\x82\x88matroska"),
		"boxes of a stranger": of("evidence_type", "\x00\x00\x00\x14ftypjunk\x00\x00\x00\x00junk"),

		"photo, zip behind it":       of("evidence_second", photo, archived(t)),
		"photo, zip and a comment":   of("evidence_second", photo, commented(t)),
		"drawing, zip behind it":     of("evidence_second", drawing, archived(t)),
		"film, zip in a box":         of("evidence_second", film, boxed("free", archived(t))),
		"photo, page behind it":      of("evidence_second", photo, "<html><body>"),
		"photo, script in a comment": of("evidence_second", photo[:2], "\xff\xfe\x00\x1b<script>alert(1)</script>", photo[2:]),
		"photo, php behind it":       of("evidence_second", photo, "<?php system($_GET[0]);"),
		"photo, pdf behind it":       of("evidence_second", photo, "%PDF-1.4\n1 0 obj"),
		"gif, script":                of("evidence_second", moving[:len(moving)-1], "\x21\xfe\x1c<sCrIpT src=//x.y></ScRiPt>\x00;"),
		"drawing, svg in a chunk":    of("evidence_second", drawing[:33], chunk("tEXt", []byte("a\x00<svg onload=alert(1) xmlns=x>")), drawing[33:]),
		"far into a film, a page":    of("evidence_second", film, boxed("free", append(make([]byte, 700_000), "<!doctype html>"...))),

		"half a photo":     of("evidence_truncated", photo[:len(photo)/2]),
		"half a drawing":   of("evidence_truncated", drawing[:len(drawing)/2]),
		"a gif cut off":    of("evidence_truncated", moving[:len(moving)-40]),
		"half a webp":      of("evidence_truncated", webp[:len(webp)/2]),
		"half a film":      of("evidence_truncated", film[:len(film)/2]),
		"a film's head":    of("evidence_truncated", film[:24]),
		"head of a photo":  of("evidence_truncated", photo[:3]),
		"a broken drawing": of("evidence_unreadable", drawing[:60], "\x00\x00\x00", drawing[63:]),
		"noise, a jpeg's":  of("evidence_unreadable", "\xff\xd8\xff\xe0", bytes.Repeat([]byte("noise"), 100), "\xff\xd9"),

		"bomb, png":  of("evidence_pixels", bomb(50_000, 50_000)),
		"bomb, gif":  of("evidence_pixels", "GIF89a\xff\xff\xff\xff\x00\x00\x00,\x00\x00\x00\x00\xff\xff\xff\xff\x00\x02;"),
		"bomb, jpeg": of("evidence_pixels", bytes.Replace(photo, []byte("\xff\xc0\x00\x11\x08\x01\x90\x02\x58"), []byte("\xff\xc0\x00\x11\x08\xff\xff\xff\xff"), 1)),
		"bomb, heic": of("evidence_pixels", heic(20_000, 20_000)),

		"51 MB of a photo":  {io.MultiReader(bytes.NewReader(photo), io.LimitReader(&noise{rand.NewChaCha8([32]byte{})}, 51<<20)), "evidence_photo_size"},
		"201 MB of a video": {movie(201 << 20), "evidence_video_size"},
	}
}

func boxed(kind string, body []byte) []byte {
	return append(append(binary.BigEndian.AppendUint32(nil, uint32(8+len(body))), kind...), body...)
}

// heic is the outside of a HEIC file of a size.
func heic(w, h uint32) []byte {
	extent := boxed("ispe", binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(make([]byte, 4), w), h))
	meta := boxed("meta", append(make([]byte, 4), boxed("iprp", boxed("ipco", extent))...))
	return bytes.Join([][]byte{boxed("ftyp", []byte("heic\x00\x00\x00\x00mif1heic")), meta, boxed("mdat", make([]byte, 2000))}, nil)
}

func archived(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("run.exe")
	if err == nil {
		_, err = io.WriteString(w, "anything")
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func commented(t *testing.T) []byte {
	a, comment := archived(t), strings.Repeat("words ", 5000)
	binary.LittleEndian.PutUint16(a[len(a)-2:], uint16(len(comment)))
	return append(a, comment...)
}

func chunk(kind string, data []byte) []byte {
	body := append([]byte(kind), data...)
	out := append(binary.BigEndian.AppendUint32(nil, uint32(len(data))), body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(body))
}

// bomb is a small PNG that unpacks to a large picture.
func bomb(w, h uint32) []byte {
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
	return bytes.Join([][]byte{[]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", append(head, 8, 0, 0, 0, 0)), chunk("IDAT", []byte("x\x9c")), chunk("IEND", nil)}, nil)
}

func TestRefusals(t *testing.T) {
	folder := t.TempDir()
	r := opened(t, evidence.Options{Place: folder})
	for name, f := range refusals(t) {
		_, err := r.Take(t.Context(), "shop", f.content, -1)
		if recourse.CodeOf(err) != f.code {
			t.Errorf("%s: %s (%v), wanted %s", name, recourse.CodeOf(err), err, f.code)
		}
		if kind := recourse.KindOf(err); kind != recourse.Invalid && kind != recourse.TooLarge {
			t.Errorf("%s: of kind %s", name, kind)
		}
	}
	if left := files(t, folder); len(left) > 0 {
		t.Error("left:", left)
	}
}

// TestAnnouncedTooLarge: what says that it is too large is not waited for.
func TestAnnouncedTooLarge(t *testing.T) {
	r := opened(t, evidence.Options{Place: t.TempDir()})
	photo := encoded(t, drawn(60, 40, 9), "jpeg")
	for size, code := range map[int64]string{evidence.MaxPhoto + 1: "evidence_photo_size", evidence.MaxVideo + 1: "evidence_video_size"} {
		if _, err := r.Take(t.Context(), "shop", bytes.NewReader(photo), size); recourse.CodeOf(err) != code {
			t.Errorf("%d: %v", size, err)
		}
	}
}

// TestWhatPhonesMake: honest files with more in them than a picture are taken.
func TestWhatPhonesMake(t *testing.T) {
	r := opened(t, evidence.Options{Place: t.TempDir()})
	photo := encoded(t, drawn(600, 400, 9), "jpeg")
	film, _ := io.ReadAll(movie(50_000))
	xmp := "\xff\xe1\x00\x5ehttp://ns.adobe.com/xap/1.0/\x00<?xpacket begin=''?><x:xmpmeta xmlns:x='adobe:ns:meta/'></x:xmp>"
	for name, content := range map[string][]byte{
		"a second picture behind it": append(bytes.Clone(photo), encoded(t, drawn(60, 40, 1), "jpeg")...),
		"a film of the moment":       append(bytes.Clone(photo), film...),
		"notes of the maker":         append(bytes.Clone(photo), "SEFHe\x00\x00\x00\x01SEFT"...),
		"xmp":                        append(append(bytes.Clone(photo[:2]), xmp...), photo[2:]...),
		"end of a zip, no directory": append(bytes.Clone(photo), "PK\x05\x06"+strings.Repeat("\x07", 18)...),
	} {
		if item := take(t, r, content); !item.Shown {
			t.Error(name, "is not shown")
		}
	}
}

// TestTransparent: what cannot be seen through is white.
func TestTransparent(t *testing.T) {
	r := opened(t, evidence.Options{Place: t.TempDir()})
	m := image.NewNRGBA(image.Rect(0, 0, 50, 50))
	m.Set(1, 1, color.Black)
	item := take(t, r, encoded(t, m, "png"))
	shown, _, err := image.Decode(bytes.NewReader(picture(t, r, item.File, evidence.Thumb)))
	if err != nil {
		t.Fatal(err)
	}
	if g := color.GrayModel.Convert(shown.At(40, 40)).(color.Gray).Y; g < 250 {
		t.Error("it became", g)
	}
}

// FuzzTake: whatever comes is refused by a code of ours or taken, and what is taken as a picture can be shown.
func FuzzTake(f *testing.F) {
	var t testing.T
	for _, r := range refusals(&t) {
		if b, err := io.ReadAll(io.LimitReader(r.content, 1<<20)); err == nil {
			f.Add(b)
		}
	}
	f.Add(encoded(f, drawn(40, 30, 1), "jpeg"))
	f.Add(encoded(f, drawn(40, 30, 1), "gif"))
	f.Add(heic(40, 30))
	room, err := evidence.Open(evidence.Options{Place: f.TempDir(), Tools: "none"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		item, err := room.Take(t.Context(), "shop", bytes.NewReader(content), int64(len(content)))
		if err != nil {
			if kind := recourse.KindOf(err); kind != recourse.Invalid && kind != recourse.TooLarge || !strings.HasPrefix(recourse.CodeOf(err), "evidence_") {
				t.Fatal(err)
			}
			return
		}
		if item.Shown {
			f, _, err := room.Picture(t.Context(), "shop", item.File, evidence.Full)
			if err != nil {
				t.Fatal(err)
			}
			f.Close()
		}
		if item.Bytes != int64(len(content)) || len(item.File) != 64 || item.Width < 0 || item.Height < 0 {
			t.Fatalf("%+v", item)
		}
	})
}
