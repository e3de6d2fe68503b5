package evidence

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"time"
)

// scanner is clamd. A file is sent to it in pieces, and it answers with one line (the command INSTREAM).
//
// While it cannot be reached, files are kept and not shown to others: a buyer on a bad line is not sent away because of a
// program of ours. Its StreamMaxLength must be at least the 200 MB of a video.
type scanner struct{ network, address string }

func newScanner(address string) *scanner {
	if strings.Contains(address, "/") {
		return &scanner{"unix", address}
	}
	return &scanner{"tcp", address}
}

// How long the scanner may take: to answer at all, and for one piece or the verdict.
const (
	dialTime  = 3 * time.Second
	scanTime  = 60 * time.Second
	scanPiece = 128 << 10
)

// errInfected refuses what the scanner knows.
var errInfected = refused("evidence_infected", "the virus scanner found something in this file", "send another")

// scan asks the scanner about a staged file: true, it is clean or there is no scanner; false, it could not be asked.
func (r *Room) scan(ctx context.Context, f *os.File) (bool, error) {
	if r.scanner == nil {
		return true, nil
	}
	return r.verdict(ctx, io.NewSectionReader(f, 0, length(f)))
}

func (r *Room) verdict(ctx context.Context, content io.Reader) (bool, error) {
	found, err := r.scanner.ask(ctx, content)
	switch {
	case err != nil:
		r.log.Warn("evidence: the virus scanner could not be asked", "err", err)
		return false, nil
	case found:
		return false, errInfected
	}
	return true, nil
}

// Scan asks the scanner about a file that it could not be asked about before, and says whether it has passed it.
//
// Errors: evidence_infected, of kind [recourse.Invalid]: forget the file; evidence_missing.
func (r *Room) Scan(ctx context.Context, merchant, file string) (bool, error) {
	f, _, err := r.Original(ctx, merchant, file)
	if err != nil {
		return false, err
	}
	defer f.Close()
	if r.scanner == nil {
		return true, nil
	}
	return r.verdict(ctx, f)
}

// ask sends a file and reads the verdict.
func (s *scanner) ask(ctx context.Context, content io.Reader) (found bool, err error) {
	c, err := (&net.Dialer{Timeout: dialTime}).DialContext(ctx, s.network, s.address)
	if err != nil {
		return false, err
	}
	defer c.Close()
	sent := s.send(c, content)
	c.SetDeadline(time.Now().Add(scanTime))
	line, err := bufio.NewReader(io.LimitReader(c, 4096)).ReadString(0)
	line = strings.TrimRight(line, "\x00\r\n")
	switch {
	case strings.HasSuffix(line, " FOUND"): // it may answer before it has read everything
		return true, nil
	case sent != nil:
		return false, sent
	case err != nil && !errors.Is(err, io.EOF):
		return false, err
	case strings.HasSuffix(line, ": OK"):
		return false, nil
	}
	return false, errors.New("clamd answered: " + strings.ToValidUTF8(line[:min(len(line), 200)], "?"))
}

func (s *scanner) send(c net.Conn, content io.Reader) error {
	c.SetDeadline(time.Now().Add(scanTime))
	if _, err := io.WriteString(c, "zINSTREAM\x00"); err != nil {
		return err
	}
	buf := make([]byte, 4+scanPiece)
	for {
		n, err := io.ReadFull(content, buf[4:])
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return err
		}
		c.SetDeadline(time.Now().Add(scanTime))
		binary.BigEndian.PutUint32(buf, uint32(n)) // a piece of nothing is the end
		if _, err := c.Write(buf[:4+n]); err != nil || n == 0 {
			return err
		}
	}
}
