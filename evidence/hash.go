package evidence

import (
	"image"
	"math/bits"

	"golang.org/x/image/draw"
)

// The perceptual hash (dHash): the picture in nine by eight grey points, and for each whether the one to its right is
// lighter. It stays nearly the same when a picture is made smaller, saved again, or a little lighter, and says nothing of
// a picture that is turned, mirrored or cut: a warning for people, and no proof.

// The least that a picture must show to be known again.
const (
	contrast = 12 // between the lightest and the darkest point, of 255
	variety  = 6  // points that differ from most: a smooth slope looks like any other
)

// perceptual is the hash of a picture; 0 for one that is too plain to be known again.
func perceptual(m image.Image) uint64 {
	small := image.NewGray(image.Rect(0, 0, 9, 8))
	draw.CatmullRom.Scale(small, small.Bounds(), m, m.Bounds(), draw.Src, nil)
	var h uint64
	low, high := byte(255), byte(0)
	for y := range 8 {
		for x := range 8 {
			a, b := small.Pix[y*small.Stride+x], small.Pix[y*small.Stride+x+1]
			low, high = min(low, a, b), max(high, a, b)
			h <<= 1
			if a < b {
				h |= 1
			}
		}
	}
	if n := bits.OnesCount64(h); int(high)-int(low) < contrast || n < variety || n > 64-variety {
		return 0
	}
	return h
}

// NearDistance is how many of the 64 bits of two hashes may differ for the photos to be taken for the same.
const NearDistance = 8

// Distance is how many bits of two perceptual hashes differ; 64 where one of them is none.
func Distance(a, b uint64) int {
	if a == 0 || b == 0 {
		return 64
	}
	return bits.OnesCount64(a ^ b)
}
