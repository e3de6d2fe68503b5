package evidence

import (
	"bytes"
	"strings"

	"recourse"
)

// What a file is, its content says: its name is a stranger's word and is not asked. Only what stands here is taken.

// format is a kind of file that is taken.
type format struct {
	kind  Kind
	media string
	check func(*look) error // that it is whole, and how large the picture is; see box.go and picture.go
}

var (
	formatJPEG = &format{Photo, "image/jpeg", checkPicture}
	formatPNG  = &format{Photo, "image/png", checkPicture}
	formatGIF  = &format{Photo, "image/gif", checkGIF}
	formatWebP = &format{Photo, "image/webp", checkWebP}
	formatHEIC = &format{Photo, "image/heic", checkHEIC}
	formatMP4  = &format{Video, "video/mp4", checkMovie}
	formatMOV  = &format{Video, "video/quicktime", checkMovie}
	formatWebM = &format{Video, "video/webm", checkWebM}
)

// Types are the media types that are taken, for a page's accept attribute and for what a refusal says.
func Types() []string {
	var all []string
	for _, f := range formats() {
		all = append(all, f.media)
	}
	return append(all, "image/heif")
}

func formats() []*format {
	return []*format{formatJPEG, formatPNG, formatWebP, formatGIF, formatHEIC, formatMP4, formatMOV, formatWebM}
}

// formatOf is the format of a media type.
func formatOf(media string) *format {
	for _, f := range formats() {
		if f.media == media {
			return f
		}
	}
	return nil
}

func (f *format) limit() (int64, error) {
	if f.kind == Photo {
		return MaxPhoto, errPhotoSize
	}
	return MaxVideo, errVideoSize
}

var (
	errEmpty     = refused("evidence_empty", "the file is empty", "choose the photo or the video again")
	errPhotoSize = &recourse.Error{Kind: recourse.TooLarge, Code: "evidence_photo_size", Message: "a photo may have up to 50 MB", Hint: "send a smaller one"}
	errVideoSize = &recourse.Error{Kind: recourse.TooLarge, Code: "evidence_video_size", Message: "a video may have up to 200 MB", Hint: "send a shorter one"}
	errPixels    = &recourse.Error{Kind: recourse.TooLarge, Code: "evidence_pixels", Message: "a photo may have up to 50 megapixels", Hint: "send a smaller one"}
	errTruncated = refused("evidence_truncated", "a part of the file is missing", "send it again")
	errSecond    = refused("evidence_second", "the file is a picture and something else at once", "take the photo anew, or send a copy that your phone or computer made")
	errRead      = refused("evidence_unreadable", "the file is damaged and cannot be opened", "take the photo anew, or send another")
)

func refused(code, message, hint string) *recourse.Error {
	return &recourse.Error{Kind: recourse.Invalid, Code: code, Field: "file", Message: message, Hint: hint}
}

// errType refuses what is no photo or video, and says what it seems to be.
func errType(seems string) error {
	return refused("evidence_type", seems, "send a photo (JPEG, PNG, WebP, GIF, HEIC) or a video (MP4, MOV, WebM)")
}

// headBytes is how much of a file is looked at to know what it is.
const headBytes = 4096

// sniff says what a file is by its first bytes.
func sniff(head []byte) (*format, error) {
	switch {
	case len(head) == 0:
		return nil, errEmpty
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		return formatJPEG, nil
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")):
		return formatPNG, nil
	case bytes.HasPrefix(head, []byte("GIF87a")), bytes.HasPrefix(head, []byte("GIF89a")):
		return formatGIF, nil
	case len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP":
		return formatWebP, nil
	case len(head) >= 12 && string(head[4:8]) == "ftyp":
		return sniffBoxes(head)
	case bytes.HasPrefix(head, ebmlMagic):
		return sniffEBML(head)
	}
	return nil, errType(seems(head))
}

// The brands that say what a file of boxes is. mif1 and msf1 are only said of the structure: the picture in it may be
// coded in any way, AVIF included, so that they do not count by themselves.
const (
	brandsHEIC = "heic heix hevc hevx heim heis hevm hevs"
	brandsMP4  = "isom iso2 iso3 iso4 iso5 iso6 mp41 mp42 avc1 dash M4V  M4VP M4VH MSNV 3gp4 3gp5 3gp6 3g2a"
)

// sniffBoxes looks at the brands of a file: the major one first, then those that it is compatible with.
func sniffBoxes(head []byte) (*format, error) {
	size := int(head[0])<<24 | int(head[1])<<16 | int(head[2])<<8 | int(head[3])
	if size < 16 || size > len(head) || size%4 != 0 {
		if size > len(head) && size < 1<<16 && len(head) < headBytes {
			return nil, errTruncated
		}
		return nil, errType("this is neither a photo nor a video")
	}
	brands := []string{string(head[8:12])}
	for i := 16; i+4 <= size; i += 4 {
		brands = append(brands, string(head[i:i+4]))
	}
	for _, b := range brands {
		switch {
		case b == "qt  ":
			return formatMOV, nil
		case b == "avif" || b == "avis":
			return nil, errType("this is an AVIF picture")
		case strings.Contains(brandsHEIC, b):
			return formatHEIC, nil
		case strings.Contains(brandsMP4, b):
			return formatMP4, nil
		}
	}
	return nil, errType("this is neither a photo nor a video that we know")
}

// seems names what people send by mistake, as far as the first bytes tell.
func seems(head []byte) string {
	start := strings.ToLower(strings.TrimLeft(string(bytes.TrimPrefix(head[:min(len(head), 512)], []byte("\xef\xbb\xbf"))), " \t\r\n"))
	for _, k := range []struct{ prefix, is string }{
		{"pk\x03\x04", "this is an archive or an office document"}, {"rar!", "this is an archive"}, {"7z\xbc\xaf", "this is an archive"}, {"\x1f\x8b", "this is an archive"},
		{"%pdf-", "this is a PDF document"}, {"<svg", "this is an SVG drawing"}, {"<?xml", "this is an SVG drawing or another document"}, {"<!doctype", "this is a web page"}, {"<html", "this is a web page"},
		{"mz", "this is a program"}, {"\x7felf", "this is a program"}, {"#!", "this is a program"}, {"bm", "this is a BMP picture"}, {"ii*\x00", "this is a TIFF picture"}, {"mm\x00*", "this is a TIFF picture"},
	} {
		if strings.HasPrefix(start, k.prefix) {
			return k.is
		}
	}
	return "this is neither a photo nor a video"
}
