package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// timedLooks asks for pages in turn, over one connection, and gives the times in order, the size of the last answer, and the
// milliseconds that processors worked for each. Every page is asked for once before.
func timedLooks(o options, address string, looks []string, headers string) (took []time.Duration, size int, cpu float64, err error) {
	w, err := dial(address)
	if err != nil {
		return nil, 0, 0, err
	}
	defer w.conn.Close()
	ask := func(i int) error {
		from := fmt.Sprintf("10.%d.%d.%d", i>>16&255, i>>8&255, i&255)
		status, err := w.ask("GET", looks[i%len(looks)], strings.Replace(headers, "FROM", from, 1), nil)
		if err == nil && status != 200 {
			err = fmt.Errorf("%s: %d: %s", looks[i%len(looks)], status, w.body)
		}
		return err
	}
	for i := range looks {
		if err := ask(i); err != nil {
			return nil, 0, 0, err
		}
	}
	worked := processorTime()
	for begun, i := time.Now(), len(looks); time.Since(begun) < o.atLeast || len(took) < 20; i++ {
		at := time.Now()
		if err := ask(i); err != nil {
			return nil, 0, 0, err
		}
		took = append(took, time.Since(at))
	}
	slices.Sort(took)
	return took, len(w.body), float64((processorTime()-worked)/time.Microsecond) / 1000 / float64(len(took)), nil
}

// noisePhoto is a JPEG that does not compress well, as a camera's.
func noisePhoto(side int) ([]byte, error) {
	m := image.NewRGBA(image.Rect(0, 0, side, side*3/4))
	r := rand.New(rand.NewPCG(1, uint64(side)))
	for y := range side * 3 / 4 {
		for x := range side {
			v := uint8(r.UintN(64))
			m.SetRGBA(x, y, color.RGBA{uint8(x>>3) + v, uint8(y>>3) + v, uint8((x+y)>>4) + v, 255})
		}
	}
	var b bytes.Buffer
	err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 92})
	return b.Bytes(), err
}

// numbered is a JPEG with a number in a comment, so that no two files are the same.
func numbered(photo []byte, n int) []byte {
	comment := fmt.Appendf(nil, "number %06d", n)
	return slices.Concat(photo[:2], []byte{0xff, 0xfe, 0, byte(len(comment) + 2)}, comment, photo[2:])
}

// upload hands photos in by the protocol for uploads, one after the other, until each is taken in: checked, decoded, hashed,
// made small and kept. The floor is a bare server that puts the same bytes into files, hashed and synced.
func (p *pagesBench) upload(s *site, buyers []string) (line, error) {
	photo, err := noisePhoto(pagesPixels)
	if err != nil {
		return line{}, err
	}
	worked := processorTime()
	mib, err := uploadAll(s.address, buyers, photo, true)
	if err != nil {
		return line{}, err
	}
	cpu := (processorTime() - worked).Seconds()
	address, closeBare, err := serveSink(p.place)
	if err != nil {
		return line{}, err
	}
	defer closeBare()
	floor, err := uploadAll(address, buyers, photo, false)
	if err != nil {
		return line{}, err
	}
	size := float64(len(photo)) / (1 << 20)
	return line{Name: ".upload", Rate: mib, Unit: "MiB/s", Floor: floor, Ratio: mib / floor, Needs: 0.01, PerCPU: pagesPhotos * size / cpu,
		Note: fmt.Sprintf("%d photos of %.1f MiB and %.0f megapixels, each looked at, decoded and made small; the floor is the same bytes hashed into synced files", pagesPhotos, size, float64(pagesPixels*pagesPixels*3/4)/1e6)}, nil
}

// uploadAll hands the photos in and says how many MiB a second came through.
func uploadAll(address string, buyers []string, photo []byte, tus bool) (perSecond float64, err error) {
	w, err := dial(address)
	if err != nil {
		return 0, err
	}
	defer w.conn.Close()
	bytes, begun := 0, time.Now()
	for i := range pagesPhotos {
		data, at := numbered(photo, i), buyers[i]
		headers := fmt.Sprintf("X-Forwarded-For: 10.9.%d.1\r\nTus-Resumable: 1.0.0\r\n", i)
		if tus {
			about := "filename " + base64.StdEncoding.EncodeToString([]byte("kite.jpg")) + ",case " + base64.StdEncoding.EncodeToString([]byte(strconv.Itoa(7001+i)+"-1"))
			if at, err = createUpload(address, buyers[i], headers+"Upload-Length: "+strconv.Itoa(len(data))+"\r\nUpload-Metadata: "+about+"\r\n"); err != nil {
				return 0, err
			}
		}
		status, err := w.ask("PATCH", at, headers+"Content-Type: application/offset+octet-stream\r\nUpload-Offset: 0\r\n", data)
		if err == nil && status != 204 {
			err = fmt.Errorf("%d: %s", status, w.body)
		}
		if err != nil {
			return 0, err
		}
		bytes += len(data)
	}
	return float64(bytes) / (1 << 20) / time.Since(begun).Seconds(), nil
}

// createUpload begins an upload and gives its address.
func createUpload(address, buyer, headers string) (string, error) {
	r, err := http.NewRequest("POST", "http://"+address+buyer+"/uploads", nil)
	if err != nil {
		return "", err
	}
	for h := range strings.SplitSeq(strings.TrimSpace(headers), "\r\n") {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if said, _ := io.ReadAll(resp.Body); resp.StatusCode != http.StatusCreated {
		return "", fmt.Errorf("%d: %s", resp.StatusCode, said)
	}
	return resp.Header.Get("Location"), nil
}

// serveSink is a server that puts what it is sent into files of a folder, and does what cannot be left out.
func serveSink(folder string) (address string, closeIt func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	h := &http.Server{ReadHeaderTimeout: 5 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := sink(folder, r.Body); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})}
	go h.Serve(l)
	ctx, stop := context.WithCancel(context.Background())
	context.AfterFunc(ctx, func() { h.Close() })
	return l.Addr().String(), stop, nil
}

func sink(folder string, body io.Reader) error {
	f, err := os.CreateTemp(folder, "bare-")
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := io.Copy(io.MultiWriter(f, sha256.New()), body); err != nil {
		return err
	}
	return f.Sync()
}
