package dossier

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"image/jpeg"

	"golang.org/x/image/draw"
)

// Limits of what a dossier weighs: mail servers take ten megabytes, and a third is added on the way.
const (
	MaxBytes   = 7 << 20 // of a whole dossier
	maxPhotos  = 40      // that are shown; the others are listed
	photoBytes = 5 << 20 // of all photos together
)

// sizes are the longer sides, in pixels, and the qualities that a photo is tried in, until it is small enough.
var sizes = []struct{ side, quality int }{{1600, 82}, {1200, 80}, {1000, 76}, {800, 72}, {640, 66}, {480, 60}}

// shrunk is a JPEG of at most so many bytes, as large as that allows; nil when it is none, or cannot be made so small.
func shrunk(file []byte, most int) []byte {
	config, err := jpeg.DecodeConfig(bytes.NewReader(file))
	if err != nil || config.Width <= 0 || config.Height <= 0 || config.Width*config.Height > 50_000_000 {
		return nil
	}
	if len(file) <= most && max(config.Width, config.Height) <= sizes[0].side {
		return file
	}
	from, err := jpeg.Decode(bytes.NewReader(file))
	if err != nil {
		return nil
	}
	for _, s := range sizes {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, scaled(from, s.side), &jpeg.Options{Quality: s.quality}); err == nil && b.Len() <= most {
			return b.Bytes()
		}
	}
	return nil
}

// scaled is a picture of which neither side is longer than so many pixels.
func scaled(from image.Image, side int) image.Image {
	size := from.Bounds().Size()
	longer := max(size.X, size.Y)
	if longer <= side {
		return from
	}
	to := image.NewRGBA(image.Rect(0, 0, max(1, size.X*side/longer), max(1, size.Y*side/longer)))
	draw.CatmullRom.Scale(to, to.Bounds(), from, from.Bounds(), draw.Src, nil)
	return to
}

// apart is a picture of a width that none of the others has: the PDF's pictures are put in order by their widths, and
// those of the same width would stand in another order every time.
func apart(file []byte, taken map[int]bool) []byte {
	config, err := jpeg.DecodeConfig(bytes.NewReader(file))
	if err != nil {
		return file
	}
	width := config.Width
	for taken[width] && width > 1 {
		width--
	}
	taken[width] = true
	if width == config.Width {
		return file
	}
	from, err := jpeg.Decode(bytes.NewReader(file))
	if err != nil {
		return file
	}
	to := image.NewRGBA(image.Rect(0, 0, width, config.Height))
	draw.ApproxBiLinear.Scale(to, to.Bounds(), from, from.Bounds(), draw.Src, nil)
	var b bytes.Buffer
	if jpeg.Encode(&b, to, &jpeg.Options{Quality: 82}) != nil {
		return file
	}
	return b.Bytes()
}

// share is how many bytes each of so many photos may have.
func share(n int) int { return photoBytes / max(1, min(n, maxPhotos)) }

func sumOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
