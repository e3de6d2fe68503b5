package web_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/cookiejar"
	"strconv"
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/store"
)

// photo is a JPEG that does not compress well.
func photo(t testing.TB, side int) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, side, side))
	r := rand.New(rand.NewPCG(1, uint64(side)))
	for y := range side {
		for x := range side {
			m.Set(x, y, color.RGBA{uint8(r.UintN(256)), uint8(x), uint8(y), 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// broken is an order whose buyer is asked for a photo.
func (h *house) broken() (*person, string) {
	h.t.Helper()
	h.tell(recourse.OrderPlaced, pageOrder)
	h.tell(recourse.PurchasePlacedEvent, `{"order":"77","purchase":"T-77","supplier":"K","cost":"80.00 CNY"}`)
	h.tell(recourse.ParcelShipped, `{"purchase":"T-77","parcel":"LP1","leg":"international"}`)
	h.tell(recourse.ProblemReported, `{"order":"77","problem":"damaged_item"}`)
	return h.buyer("77")
}

// tus sends a request of the protocol.
func (p *person) tus(method, path string, body io.Reader, headers ...string) *http.Response {
	p.t.Helper()
	r, err := http.NewRequest(method, p.url+path, body)
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Tus-Resumable", "1.0.0")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := p.client.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	said, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	resp.Header.Set("X-Said", string(said))
	return resp
}

func (p *person) begin(base, id string, size int) *http.Response {
	p.t.Helper()
	about := "filename " + base64.StdEncoding.EncodeToString([]byte("../../kite 🪁.jpg")) + ",case " + base64.StdEncoding.EncodeToString([]byte(id))
	return p.tus("POST", base+"/uploads", nil, "Upload-Length", strconv.Itoa(size), "Upload-Metadata", about)
}

func (p *person) patch(at string, offset int, part []byte) *http.Response {
	p.t.Helper()
	return p.tus("PATCH", at, bytes.NewReader(part), "Content-Type", "application/offset+octet-stream", "Upload-Offset", strconv.Itoa(offset))
}

func is(t *testing.T, what string, resp *http.Response, status int) {
	t.Helper()
	if resp.StatusCode != status {
		t.Errorf("%s: %d, %d is wanted: %s", what, resp.StatusCode, status, resp.Header.Get("X-Said"))
	}
}

// TestUpload cuts the line in the middle of a photo, goes on from where it stopped, and finds the very bytes.
func TestUpload(t *testing.T) {
	h := openHouse(t)
	camille, base := h.broken()
	data := photo(t, 900)
	options := camille.tus("OPTIONS", base+"/uploads", nil)
	if options.Header.Get("Tus-Extension") != "creation,termination,expiration" || options.Header.Get("Tus-Max-Size") != "209715200" || options.Header.Get("Tus-Version") != "1.0.0" {
		t.Errorf("what is spoken: %v", options.Header)
	}
	made := camille.begin(base, "77-1", len(data))
	is(t, "create", made, http.StatusCreated)
	at := made.Header.Get("Location")
	if !strings.HasPrefix(at, base+"/uploads/") || made.Header.Get("Upload-Expires") == "" {
		t.Fatalf("created: %v", made.Header)
	}
	half := len(data) / 2
	cutOff(t, h, at, data, half)
	var offset int
	for range 50 { // what was on its way arrives
		head := camille.tus("HEAD", at, nil)
		is(t, "head", head, http.StatusOK)
		if head.Header.Get("Cache-Control") != "no-store" || head.Header.Get("Upload-Length") != strconv.Itoa(len(data)) {
			t.Errorf("head: %v", head.Header)
		}
		if offset, _ = strconv.Atoi(head.Header.Get("Upload-Offset")); offset == half {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if offset != half {
		t.Fatalf("of %d bytes that were sent %d are there", half, offset)
	}
	is(t, "a wrong offset", camille.patch(at, half-1, data[half-1:]), http.StatusConflict)
	is(t, "too much", camille.patch(at, half, append(bytes.Clone(data[half:]), 1)), http.StatusRequestEntityTooLarge)
	is(t, "a wrong type", camille.tus("PATCH", at, bytes.NewReader(data[half:]), "Upload-Offset", strconv.Itoa(half)), http.StatusUnsupportedMediaType)
	is(t, "another protocol", camille.tus("PATCH", at, nil, "Tus-Resumable", "2.0.0"), http.StatusPreconditionFailed)
	done := camille.patch(at, half, data[half:])
	is(t, "the rest", done, http.StatusNoContent)
	if done.Header.Get("Upload-Offset") != strconv.Itoa(len(data)) {
		t.Errorf("the end is at %s", done.Header.Get("Upload-Offset"))
	}
	is(t, "again", camille.patch(at, len(data), nil), http.StatusConflict)
	is(t, "head of what is whole", camille.tus("HEAD", at, nil), http.StatusOK)

	if c := h.caseOf("77-1"); c.Evidence != 1 || c.State != "proof.claiming" {
		t.Errorf("the case is in %s with %d pieces of evidence", c.State, c.Evidence)
	}
	var kept []store.Evidence
	if err := h.desk.Store().Read(t.Context(), func(tx *store.Tx) (err error) { kept, err = tx.EvidenceOfCase(pageShop, "77-1"); return err }); err != nil {
		t.Fatal(err)
	}
	if len(kept) != 1 || kept[0].Bytes != int64(len(data)) || kept[0].From != recourse.PartyBuyer || kept[0].Name != "kite 🪁.jpg" {
		t.Fatalf("kept is %+v", kept)
	}
	room, _, err := h.evidence.Original(t.Context(), pageShop, kept[0].File)
	if err != nil {
		t.Fatal(err)
	}
	defer room.Close()
	if got, _ := io.ReadAll(room); !bytes.Equal(got, data) {
		t.Errorf("%d bytes were kept of %d, and not the same", len(got), len(data))
	}
	_, page := camille.get(base)
	wants(t, "page", page, "Photo received", "Received so far: 1", "Your claim is with the marketplace")
}

// cutOff sends a part of a file over a connection that breaks.
func cutOff(t *testing.T, h *house, at string, data []byte, n int) {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(c, "PATCH %s HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nContent-Type: application/offset+octet-stream\r\nUpload-Offset: 0\r\nContent-Length: %d\r\n\r\n", at, len(data))
	if _, err := c.Write(data[:n]); err != nil {
		t.Fatal(err)
	}
	c.(*net.TCPConn).CloseWrite()
	time.Sleep(50 * time.Millisecond)
	c.Close()
}

// TestUploadRefuses: what is too large, what is no photo, what is another's, and what is over.
func TestUploadRefuses(t *testing.T) {
	h := openHouse(t)
	camille, base := h.broken()
	h.tell(recourse.OrderPlaced, strings.Replace(pageOrder, `"77"`, `"78"`, 1))
	noe, theirs := h.buyer("78")
	is(t, "too large", camille.begin(base, "77-1", 200<<20+1), http.StatusRequestEntityTooLarge)
	is(t, "negative", camille.begin(base, "77-1", -1), http.StatusBadRequest)
	is(t, "empty", camille.begin(base, "77-1", 0), http.StatusUnprocessableEntity)
	is(t, "no such case", camille.begin(base, "77-2", 10), http.StatusNotFound)
	is(t, "another's case", noe.begin(theirs, "77-1", 10), http.StatusNotFound)
	at := camille.begin(base, "77-1", 30).Header.Get("Location")
	other := theirs + at[len(base):]
	for _, method := range []string{"HEAD", "DELETE"} {
		is(t, method+" of another's", noe.tus(method, other, nil), http.StatusNotFound)
	}
	is(t, "PATCH of another's", noe.patch(other, 0, []byte("x")), http.StatusNotFound)
	is(t, "made up", camille.tus("HEAD", base+"/uploads/..%2F..%2Fx", nil), http.StatusNotFound)

	page := []byte("<svg onload=alert(1)></svg>   ")
	refused := camille.patch(at, 0, page)
	is(t, "a page", refused, http.StatusUnprocessableEntity)
	if refused.Header.Get("X-Said") != "This is neither a photo nor a video that we can take." {
		t.Errorf("the refusal says %q", refused.Header.Get("X-Said"))
	}
	is(t, "what was refused", camille.tus("HEAD", at, nil), http.StatusNotFound)
	if c := h.caseOf("77-1"); c.Evidence != 0 {
		t.Errorf("%d pieces of evidence were taken", c.Evidence)
	}

	for range 6 {
		is(t, "under way", camille.begin(base, "77-1", 10), http.StatusCreated)
	}
	is(t, "one too many", camille.begin(base, "77-1", 10), http.StatusTooManyRequests)
	h.at.Add((25 * time.Hour).Microseconds())
	last := camille.begin(base, "77-1", 10)
	is(t, "a day later", last, http.StatusCreated)
	at = last.Header.Get("Location")
	is(t, "give up", camille.tus("DELETE", at, nil), http.StatusNoContent)
	is(t, "given up", camille.tus("HEAD", at, nil), http.StatusNotFound)

	at = camille.begin(base, "77-1", 10).Header.Get("Location")
	h.at.Add((24 * time.Hour).Microseconds())
	is(t, "expired", camille.tus("HEAD", at, nil), http.StatusGone)
	is(t, "expired", camille.patch(at, 0, []byte("x")), http.StatusGone)
}

// TestPlainUpload sends files with a form alone, as browsers without the script do.
func TestPlainUpload(t *testing.T) {
	h := openHouse(t)
	camille, base := h.broken()
	send := func(files map[string][]byte, fields ...string) (int, string) {
		t.Helper()
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		w.WriteField("case", append(fields, "77-1")[0])
		for name, data := range files {
			part, _ := w.CreateFormFile("files", name)
			part.Write(data)
		}
		w.Close()
		r, _ := http.NewRequest(http.MethodPost, h.url+base+"/files", &b)
		r.Header.Set("Content-Type", w.FormDataContentType())
		return camille.send(r)
	}
	_, page := camille.get(base)
	wants(t, "page", page, `enctype="multipart/form-data"`, `type="file" name="files" multiple`, `action="`+base+`/files"`)
	status, page := send(map[string][]byte{"notes.jpg": []byte("PK\x03\x04 no photo at all, and long enough")})
	wants(t, "no photo", page, "One file was not taken", "neither a photo nor a video")
	if status != http.StatusUnprocessableEntity {
		t.Errorf("no photo: %d", status)
	}
	status, page = send(nil)
	wants(t, "none", page, "No file was chosen")
	if status != http.StatusUnprocessableEntity {
		t.Errorf("no file: %d", status)
	}
	if status, _ = send(map[string][]byte{"a.jpg": photo(t, 40)}, "78-1"); status != http.StatusNotFound {
		t.Errorf("for another case: %d", status)
	}
	status, page = send(map[string][]byte{"a.jpg": photo(t, 40), "b.jpg": photo(t, 50)})
	wants(t, "two", page, "your files have arrived", "Received so far: 2")
	if status != http.StatusOK {
		t.Errorf("two photos: %d", status)
	}
	_, page = send(map[string][]byte{"a.jpg": photo(t, 40)})
	wants(t, "again", page, "Nothing was done twice", "Received so far: 2")
	camille.client.Jar, _ = cookiejar.New(nil)
}
