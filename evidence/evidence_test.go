package evidence_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"recourse"
	"recourse/evidence"
)

// contract runs a test on both places. What holds for one holds for the other.
func contract(t *testing.T, test func(t *testing.T, r *evidence.Room)) {
	t.Run("folder", func(t *testing.T) { test(t, opened(t, evidence.Options{Place: t.TempDir()})) })
	t.Run("s3", func(t *testing.T) { test(t, opened(t, evidence.Options{Place: bucket(t)})) })
}

// bucket is an S3 server in this process with one bucket.
func bucket(t *testing.T) string {
	t.Helper()
	backend := s3mem.New()
	if err := backend.CreateBucket("evidence"); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(gofakes3.New(backend).Server())
	t.Cleanup(server.Close)
	t.Setenv("AWS_ACCESS_KEY_ID", "id")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	return "s3://evidence/of/shops?region=us-east-1&secure=false&endpoint=" + strings.TrimPrefix(server.URL, "http://")
}

func opened(t *testing.T, o evidence.Options) *evidence.Room {
	t.Helper()
	if o.Tools == "" {
		o.Tools = "none"
	}
	r, err := evidence.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// drawn is a picture with something on it, another for each seed.
func drawn(w, h int, seed uint64) *image.RGBA {
	r := rand.New(rand.NewPCG(seed, 1))
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	var spots [9][8]uint8
	for x := range 9 {
		for y := range 8 {
			spots[x][y] = uint8(r.IntN(230))
		}
	}
	for y := range h {
		for x := range w {
			g := spots[x*9/w][y*8/h]
			m.SetRGBA(x, y, color.RGBA{g, g / 2, 255 - g, 255})
		}
	}
	return m
}

func encoded(t testing.TB, m image.Image, as string) []byte {
	t.Helper()
	var b bytes.Buffer
	var err error
	switch as {
	case "jpeg":
		err = jpeg.Encode(&b, m, nil)
	case "png":
		err = png.Encode(&b, m)
	case "gif":
		err = gif.Encode(&b, m, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withExif puts metadata into a JPEG: how the camera was held, when, and where.
func withExif(photo []byte, turn uint16) []byte {
	var tiff bytes.Buffer
	le := binary.LittleEndian
	put := func(values ...any) {
		for _, v := range values {
			binary.Write(&tiff, le, v)
		}
	}
	put([]byte("II*\x00"), uint32(8))
	put(uint16(3), uint16(0x0112), uint16(3), uint32(1), turn, uint16(0)) // Orientation
	put(uint16(0x8769), uint16(4), uint32(1), uint32(50))                 // ExifIFD
	put(uint16(0x8825), uint16(4), uint32(1), uint32(88))                 // GPS
	put(uint32(0))
	put(uint16(1), uint16(0x9003), uint16(2), uint32(20), uint32(68), uint32(0)) // DateTimeOriginal
	put([]byte("2026:02:27 18:30:05\x00"))
	put(uint16(1), uint16(1), uint16(2), uint32(2), []byte("N\x00\x00\x00"), uint32(0)) // GPSLatitudeRef
	put([]byte("SECRETPLACE"))
	segment := append([]byte("Exif\x00\x00"), tiff.Bytes()...)
	out := append([]byte{0xff, 0xd8, 0xff, 0xe1, byte((len(segment) + 2) >> 8), byte(len(segment) + 2)}, segment...)
	return append(out, photo[2:]...)
}

func take(t *testing.T, r *evidence.Room, content []byte) evidence.Item {
	t.Helper()
	item, err := r.Take(t.Context(), "shop", bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatalf("%s: %v", recourse.CodeOf(err), err)
	}
	return item
}

func all(t *testing.T, f io.ReadSeekCloser, _ evidence.Info, err error) []byte {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func picture(t *testing.T, r *evidence.Room, file string, s evidence.Size) []byte {
	t.Helper()
	f, info, err := r.Picture(t.Context(), "shop", file, s)
	return all(t, f, info, err)
}

func original(t *testing.T, r *evidence.Room, file string) []byte {
	t.Helper()
	f, info, err := r.Original(t.Context(), "shop", file)
	return all(t, f, info, err)
}

func TestPhotoIsMadeAnewForOthers(t *testing.T) {
	contract(t, func(t *testing.T, r *evidence.Room) {
		photo := withExif(encoded(t, drawn(2000, 1000, 1), "jpeg"), 6)
		item := take(t, r, photo)
		if sum := sha256.Sum256(photo); item.File != hex.EncodeToString(sum[:]) {
			t.Error("its name is not the hash of its content")
		}
		if item.Width != 1000 || item.Height != 2000 {
			t.Errorf("upright it is %d × %d", item.Width, item.Height)
		}
		if !item.Taken.Equal(time.Date(2026, 2, 27, 18, 30, 5, 0, time.UTC)) {
			t.Error("taken", item.Taken)
		}
		if item.Kind != evidence.Photo || item.Type != "image/jpeg" || item.Bytes != int64(len(photo)) || !item.Shown || !item.Scanned || item.Hash == 0 {
			t.Errorf("%+v", item)
		}
		for size, want := range map[evidence.Size]image.Point{evidence.Full: {800, 1600}, evidence.Thumb: {160, 320}} {
			shown := picture(t, r, item.File, size)
			if bytes.Contains(shown, []byte("Exif")) || bytes.Contains(shown, []byte("SECRETPLACE")) {
				t.Error(size, "has metadata")
			}
			m, err := jpeg.Decode(bytes.NewReader(shown))
			if err != nil || m.Bounds().Size() != want {
				t.Errorf("%s is %v, wanted %v: %v", size, m.Bounds().Size(), want, err)
			}
		}
		if !bytes.Equal(original(t, r, item.File), photo) {
			t.Error("the file is not kept as it came")
		}
	})
}

// TestUpright turns a picture whose left upper corner is white in every way a camera can be held.
func TestUpright(t *testing.T) {
	r := opened(t, evidence.Options{Place: t.TempDir()})
	m := image.NewRGBA(image.Rect(0, 0, 64, 32))
	for y := range 16 {
		for x := range 32 {
			m.Set(x, y, color.White)
		}
	}
	// Where the corner goes: right, bottom.
	for turn, want := range map[uint16][2]bool{1: {false, false}, 2: {true, false}, 3: {true, true}, 4: {false, true}, 5: {false, false}, 6: {true, false}, 7: {true, true}, 8: {false, true}} {
		item := take(t, r, withExif(encoded(t, m, "jpeg"), turn))
		shown, err := jpeg.Decode(bytes.NewReader(picture(t, r, item.File, evidence.Full)))
		if err != nil {
			t.Fatal(err)
		}
		b := shown.Bounds()
		if swapped := turn >= 5; swapped != (b.Dx() == 32) {
			t.Errorf("turn %d: %v", turn, b)
		}
		for right := range 2 {
			for bottom := range 2 {
				g := color.GrayModel.Convert(shown.At(b.Dx()/4+right*b.Dx()/2, b.Dy()/4+bottom*b.Dy()/2)).(color.Gray).Y
				if white := g > 128; white != (want == [2]bool{right == 1, bottom == 1}) {
					t.Errorf("turn %d: right %d bottom %d is %d", turn, right, bottom, g)
				}
			}
		}
	}
}

func TestEveryKindOfPictureIsShown(t *testing.T) {
	r := opened(t, evidence.Options{Place: t.TempDir()})
	webp, err := os.ReadFile("testdata/small.webp")
	if err != nil {
		t.Fatal(err)
	}
	for media, content := range map[string][]byte{
		"image/jpeg": encoded(t, drawn(90, 80, 1), "jpeg"), "image/png": encoded(t, drawn(90, 80, 2), "png"), "image/gif": encoded(t, drawn(90, 80, 3), "gif"), "image/webp": webp,
	} {
		item := take(t, r, content)
		if item.Type != media || !item.Shown || item.Width == 0 {
			t.Errorf("%s: %+v", media, item)
		}
		picture(t, r, item.File, evidence.Thumb)
	}
}

func TestKeptOnce(t *testing.T) {
	contract(t, func(t *testing.T, r *evidence.Room) {
		photo := encoded(t, drawn(400, 300, 1), "jpeg")
		errs := make(chan error)
		for range 8 {
			go func() {
				_, err := r.Take(context.Background(), "shop", bytes.NewReader(photo), -1)
				errs <- err
			}()
		}
		for range 8 {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
		one, two := take(t, r, photo), take(t, r, photo)
		if one != two {
			t.Errorf("%+v, then %+v", one, two)
		}
		// Another merchant has none of it.
		if _, _, err := r.Original(t.Context(), "other", one.File); recourse.CodeOf(err) != "evidence_missing" {
			t.Error("another merchant gets", err)
		}
		for _, name := range []string{"", "..", "../../x", strings.Repeat("A", 64), one.File[:63], one.File + "a"} {
			if _, _, err := r.Original(t.Context(), "shop", name); recourse.CodeOf(err) != "evidence_missing" {
				t.Errorf("%q gives %v", name, err)
			}
		}
	})
}

// files are all files below a folder.
func files(t *testing.T, folder string) (all []string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			all = append(all, strings.TrimPrefix(p, folder))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestNothingIsLeftOfWhatWasRefused(t *testing.T) {
	folder := t.TempDir()
	r := opened(t, evidence.Options{Place: folder})
	photo := encoded(t, drawn(400, 300, 1), "jpeg")
	broke := errors.New("the line broke")
	for name, content := range map[string]io.Reader{
		"refused": strings.NewReader("no picture"), "cut": bytes.NewReader(photo[:len(photo)/2]), "broken": io.MultiReader(bytes.NewReader(photo[:5000]), &failing{broke}),
	} {
		if _, err := r.Take(t.Context(), "shop", content, -1); err == nil {
			t.Error(name, "was taken")
		}
	}
	if _, err := r.Take(t.Context(), "shop", bytes.NewReader(photo), int64(len(photo)+1)); recourse.CodeOf(err) != "evidence_broken_off" {
		t.Error("less than was announced gives", err)
	}
	if left := files(t, folder); len(left) > 0 {
		t.Error("left:", left)
	}
	take(t, r, photo)
	if kept := files(t, folder); len(kept) != 3 {
		t.Error("kept:", kept)
	}
}

type failing struct{ err error }

func (f *failing) Read([]byte) (int, error) { return 0, f.err }

func TestMerchantsNames(t *testing.T) {
	folder := t.TempDir()
	r := opened(t, evidence.Options{Place: folder})
	photo := encoded(t, drawn(40, 30, 1), "jpeg")
	for _, merchant := range []string{"", "..", "../other", "/etc", "a/b", "A", "a", strings.Repeat("x", 300), "店"} {
		item, err := r.Take(t.Context(), merchant, bytes.NewReader(photo), -1)
		if err != nil {
			t.Fatalf("%q: %v", merchant, err)
		}
		f, _, err := r.Original(t.Context(), merchant, item.File)
		if err != nil {
			t.Fatalf("%q: %v", merchant, err)
		}
		f.Close()
	}
	if n := len(files(t, folder)); n != 27 {
		t.Errorf("%d files of nine merchants", n)
	}
}

func TestUploadGoesOn(t *testing.T) {
	contract(t, func(t *testing.T, r *evidence.Room) {
		ctx := t.Context()
		photo := encoded(t, drawn(1200, 900, 5), "png")
		total := int64(len(photo))
		code := func(want string, err error) {
			t.Helper()
			if recourse.CodeOf(err) != want {
				t.Errorf("%v, wanted %s", err, want)
			}
		}
		_, err := r.Size(ctx, "shop", "up1")
		code("upload_unknown", err)
		code("evidence_upload", r.Begin(ctx, "shop", "../up", 10))
		code("evidence_empty", r.Begin(ctx, "shop", "up1", 0))
		code("evidence_video_size", r.Begin(ctx, "shop", "up1", evidence.MaxVideo+1))
		for range 2 {
			if err := r.Begin(ctx, "shop", "up1", total); err != nil {
				t.Fatal(err)
			}
		}
		if n, err := r.Size(ctx, "shop", "up1"); n != 0 || err != nil {
			t.Error(n, err)
		}
		broke := errors.New("the line broke")
		n, err := r.Append(ctx, "shop", "up1", 0, io.MultiReader(bytes.NewReader(photo[:1000]), &failing{broke}))
		if n != 1000 || !errors.Is(err, broke) {
			t.Errorf("after the break %d, %v", n, err)
		}
		if n, _ := r.Size(ctx, "shop", "up1"); n != 1000 {
			t.Error("kept", n)
		}
		_, err = r.Append(ctx, "shop", "up1", 500, bytes.NewReader(photo[500:]))
		code("upload_offset", err)
		_, err = r.Finish(ctx, "shop", "up1")
		code("upload_unfinished", err)
		_, err = r.Size(ctx, "other", "up1")
		code("upload_unknown", err)
		n, err = r.Append(ctx, "shop", "up1", 1000, bytes.NewReader(append(photo[1000:len(photo):len(photo)], 'x')))
		code("evidence_too_large", err)
		if n != total {
			t.Error("at the end", n)
		}
		for range 2 { // asked again, it answers the same
			item, err := r.Finish(ctx, "shop", "up1")
			if err != nil || !bytes.Equal(original(t, r, item.File), photo) {
				t.Fatal(err)
			}
		}
		for range 2 {
			if err := r.Drop(ctx, "shop", "up1"); err != nil {
				t.Fatal(err)
			}
		}
		_, err = r.Finish(ctx, "shop", "up1")
		code("upload_unknown", err)
	})
}

// TestPartsLargerThanOne: on S3 what comes at once is more than one object.
func TestPartsLargerThanOne(t *testing.T) {
	contract(t, func(t *testing.T, r *evidence.Room) {
		film := movie(19 << 20)
		content, err := io.ReadAll(film)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Begin(t.Context(), "shop", "film", int64(len(content))); err != nil {
			t.Fatal(err)
		}
		if n, err := r.Append(t.Context(), "shop", "film", 0, bytes.NewReader(content[:17<<20])); n != 17<<20 || err != nil {
			t.Fatal(n, err)
		}
		if n, err := r.Append(t.Context(), "shop", "film", 17<<20, bytes.NewReader(content[17<<20:])); n != int64(len(content)) || err != nil {
			t.Fatal(n, err)
		}
		item, err := r.Finish(t.Context(), "shop", "film")
		if err != nil || item.Kind != evidence.Video || item.Width != 1080 || item.Height != 1920 {
			t.Fatalf("%+v %v", item, err)
		}
		if !bytes.Equal(original(t, r, item.File), content) {
			t.Error("the parts do not make the whole")
		}
	})
}

func TestSweep(t *testing.T) {
	contract(t, func(t *testing.T, _ *evidence.Room) {})
	folder := t.TempDir()
	now := time.Now()
	r := opened(t, evidence.Options{Place: folder, Clock: func() time.Time { return now }})
	stays := take(t, r, encoded(t, drawn(40, 30, 1), "jpeg"))
	goes := take(t, r, encoded(t, drawn(40, 30, 2), "jpeg"))
	if err := r.Begin(t.Context(), "shop", "broken-off", 100); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "tmp", "of-a-crash"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	unknown := func(files []string) ([]string, error) {
		if len(files) != 2 {
			t.Errorf("asked about %v", files)
		}
		return []string{goes.File}, nil
	}
	never := func(files []string) ([]string, error) { t.Error("asked about", files); return nil, nil }
	if n, err := r.Sweep(t.Context(), "shop", never); n != 0 || err != nil {
		t.Error(n, err)
	}
	now = now.Add(25 * time.Hour)
	if n, err := r.Sweep(t.Context(), "shop", unknown); n != 1 || err != nil {
		t.Error(n, err)
	}
	original(t, r, stays.File)
	if _, _, err := r.Picture(t.Context(), "shop", goes.File, evidence.Thumb); recourse.CodeOf(err) != "picture_missing" {
		t.Error("what was swept is there:", err)
	}
	if n := len(files(t, folder)); n != 3+2+1 {
		t.Error("an upload of yesterday is gone", files(t, folder))
	}
	now = now.Add(8 * 24 * time.Hour)
	if _, err := r.Sweep(t.Context(), "shop", func([]string) ([]string, error) { return nil, nil }); err != nil {
		t.Error(err)
	}
	if n := len(files(t, folder)); n != 3 {
		t.Error("left:", files(t, folder))
	}
	// A merchant of whom nothing is kept.
	if n, err := r.Sweep(t.Context(), "nobody", never); n != 0 || err != nil {
		t.Error(n, err)
	}
}

func TestPlaces(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for place, code := range map[string]string{"": "evidence_place", "s3://": "evidence_place", "s3://id:secret@evidence": "evidence_place", file: "evidence_unavailable", bucket(t) + "&x=%zz": "", "s3://evidence?secure=false&endpoint=127.0.0.1:1": "evidence_unavailable"} {
		r, err := evidence.Open(evidence.Options{Place: place, Tools: "none"})
		if got := recourse.CodeOf(err); got != code {
			t.Errorf("%s: %v", place, err)
		}
		if err == nil {
			r.Close()
		}
	}
	if _, err := evidence.Open(evidence.Options{Place: strings.Replace(bucket(t), "s3://evidence", "s3://another", 1), Tools: "none"}); recourse.CodeOf(err) != "evidence_unavailable" {
		t.Error("a bucket that is not there:", err)
	}
}

func TestHash(t *testing.T) {
	r := opened(t, evidence.Options{Place: t.TempDir()})
	m := drawn(1200, 900, 7)
	first := take(t, r, encoded(t, m, "jpeg"))
	smaller := take(t, r, encoded(t, scaled(m, 3), "png"))
	var b bytes.Buffer
	jpeg.Encode(&b, m, &jpeg.Options{Quality: 40})
	saved := take(t, r, b.Bytes())
	for name, item := range map[string]evidence.Item{"smaller": smaller, "saved again": saved} {
		if d := evidence.Distance(first.Hash, item.Hash); d > evidence.NearDistance {
			t.Errorf("%s: %d bits differ", name, d)
		}
	}
	for seed := range uint64(40) {
		if d := evidence.Distance(first.Hash, take(t, r, encoded(t, drawn(300, 225, 100+seed), "jpeg")).Hash); d <= evidence.NearDistance {
			t.Errorf("another picture: %d bits differ", d)
		}
	}
	plain := image.NewUniform(color.RGBA{200, 190, 180, 255})
	slope := image.NewGray(image.Rect(0, 0, 256, 200))
	for i := range slope.Pix {
		slope.Pix[i] = uint8(i % 256)
	}
	for name, m := range map[string]image.Image{"plain": sub{plain, image.Rect(0, 0, 300, 200)}, "a slope": slope} {
		if h := take(t, r, encoded(t, m, "png")).Hash; h != 0 {
			t.Errorf("%s has the hash %x", name, h)
		}
	}
	if evidence.Distance(0, 0) <= evidence.NearDistance {
		t.Error("two plain pictures are near")
	}
}

type sub struct {
	image.Image
	bounds image.Rectangle
}

func (s sub) Bounds() image.Rectangle { return s.bounds }

func scaled(m *image.RGBA, by int) image.Image {
	b := m.Bounds()
	out := image.NewRGBA(image.Rect(0, 0, b.Dx()/by, b.Dy()/by))
	for y := range b.Dy() / by {
		for x := range b.Dx() / by {
			out.Set(x, y, m.At(x*by, y*by))
		}
	}
	return out
}

// movie is the outside of an MP4 of a phone held upright: its boxes are right, and its content is noise.
func movie(content int) io.Reader {
	box := func(kind string, parts ...[]byte) []byte {
		body := bytes.Join(parts, nil)
		return append(binary.BigEndian.AppendUint32(nil, uint32(8+len(body))), append([]byte(kind), body...)...)
	}
	be := func(v ...uint32) (out []byte) {
		for _, x := range v {
			out = binary.BigEndian.AppendUint32(out, x)
		}
		return out
	}
	header := make([]byte, 100)
	binary.BigEndian.PutUint32(header[4:], 3_855_000_000)
	track := append(make([]byte, 40), be(0, 0x10000, 0, 0xffff0000, 0, 0, 0, 0, 0x40000000, 1920<<16, 1080<<16)...)
	moov := box("moov", box("mvhd", header), box("trak", box("tkhd", track)), box("trak", box("tkhd", make([]byte, 84))))
	ftyp := box("ftyp", []byte("isom\x00\x00\x02\x00isommp42"))
	mdat := append(be(uint32(8+content)), "mdat"...)
	return io.MultiReader(bytes.NewReader(ftyp), bytes.NewReader(moov), bytes.NewReader(mdat), io.LimitReader(&noise{rand.NewChaCha8([32]byte{1})}, int64(content)))
}

type noise struct{ r *rand.ChaCha8 }

func (n *noise) Read(p []byte) (int, error) { return n.r.Read(p) }

func ExampleDistance() {
	fmt.Println(evidence.Distance(0b1011, 0b1101))
	// Output: 2
}
