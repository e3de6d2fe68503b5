package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"recourse"
	"recourse/intake"
	"recourse/sourcing/address"
	"recourse/text"
)

// addressCmd looks at addresses.
type addressCmd struct {
	Check addressCheckCmd `cmd:"" help:"Look at addresses of a file, or of standard input with -: JSON, one a line, or CSV with the columns country, region, city, postcode, street, name, phone, tax_id. Nothing is kept; exits with 1 where one cannot be right."`
}

// addressCheckCmd looks at addresses of a file.
type addressCheckCmd struct {
	File         string `arg:"" help:"The file, or - for standard input."`
	NoBoxes      bool   `help:"The shipping line does not deliver to post office boxes."`
	Quiet        bool   `help:"Tell only what cannot be right."`
	jsonFlag     `embed:""`
	languageFlag `embed:""`
}

// maxAddresses bounds what is read at once.
const maxAddresses = 64 << 20

// jsonAddress is what was found of one address, for programs. The address itself is not in it.
type jsonAddress struct {
	Row int `json:"row"`
	address.Report
}

// Run looks at them.
func (c *addressCheckCmd) Run(ctx context.Context, s *streams) error {
	in := io.Reader(os.Stdin)
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return fileError(c.File, err)
		}
		defer f.Close()
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, maxAddresses+1))
	if err != nil {
		return fileError(c.File, err)
	}
	if len(data) > maxAddresses {
		return &recourse.Error{Kind: recourse.TooLarge, Code: "list_large", Position: recourse.Position{File: c.File}, Message: "these are more than 64 MiB of addresses", Hint: "split the file"}
	}
	seen, wrong, doubtful := 0, 0, 0
	err = eachAddress(data, c.File, func(row int, a *recourse.Address) error {
		report := address.Check(a, address.Terms{NoBoxes: c.NoBoxes})
		seen++
		if report.Wrong() {
			wrong++
		} else if len(report.Findings) > 0 {
			doubtful++
		}
		if c.JSON {
			return json.NewEncoder(s.out).Encode(jsonAddress{row, report})
		}
		c.print(s, row, &report)
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	if !c.JSON {
		fmt.Fprintf(s.out, "%s addresses: %s cannot be right, %s are doubtful\n", count(seen), count(wrong), count(doubtful))
	}
	if wrong > 0 {
		return errFailed
	}
	return nil
}

func (c *addressCheckCmd) print(s *streams, row int, r *address.Report) {
	words := text.In(c.Language)
	for _, f := range r.Findings {
		if c.Quiet && f.Severity != address.Wrong {
			continue
		}
		say, do := words.Finding(f.Code, f.Args)
		fmt.Fprintf(s.out, "%d: %s %s: %s %s\n", row, f.Severity, f.Field, say, do)
	}
}

// eachAddress gives the addresses of a file with their rows, whichever of the two it is.
func eachAddress(data []byte, name string, give func(row int, a *recourse.Address) error) error {
	if start := bytes.TrimLeft(data, " \t\r\n\ufeff"); len(start) > 0 && start[0] == '{' {
		return eachJSON(data, name, give)
	}
	list, err := intake.OpenTable(bytes.NewReader(data), int64(len(data)), name)
	if err != nil {
		return err
	}
	var fields []string
	for _, h := range list.Header() {
		h = strings.ReplaceAll(strings.ToLower(strings.TrimSpace(h)), " ", "_")
		fields = append(fields, strings.TrimPrefix(h, "ship_to."))
	}
	if err := addressColumns(fields, name); err != nil {
		return err
	}
	return list.All(func(row intake.TableRow, bad *recourse.Error) error {
		if bad != nil {
			return bad
		}
		a := &recourse.Address{}
		to := map[string]*string{"country": &a.Country, "region": &a.Region, "city": &a.City, "postcode": &a.Postcode, "street": &a.Street, "name": &a.Name, "phone": &a.Phone, "tax_id": &a.TaxID}
		for i, f := range fields {
			if to[f] != nil && i < len(row.Cells) {
				*to[f] = strings.TrimSpace(row.Cells[i])
			}
		}
		if code, ok := intake.Country(a.Country); ok {
			a.Country = code
		}
		return give(row.Row, a)
	})
}

// addressColumns wants the columns without which there is no address.
func addressColumns(fields []string, name string) error {
	for _, want := range []string{"country", "city", "street"} {
		found := false
		for _, f := range fields {
			found = found || f == want
		}
		if !found {
			return &recourse.Error{Kind: recourse.Invalid, Code: "address_columns", Field: want, Position: recourse.Position{File: name, Line: 1}, Message: "the list has no column " + want, Hint: "name the columns country, region, city, postcode, street, name, phone, tax_id"}
		}
	}
	return nil
}

func eachJSON(data []byte, name string, give func(row int, a *recourse.Address) error) error {
	lines := bufio.NewReader(bytes.NewReader(data))
	for row := 1; ; row++ {
		line, err := lines.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			a := &recourse.Address{}
			d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(line, []byte("\ufeff"))))
			d.DisallowUnknownFields()
			if err := d.Decode(a); err != nil {
				return &recourse.Error{Kind: recourse.Invalid, Code: "address_json", Position: recourse.Position{File: name, Line: row}, Message: "this is no address: " + err.Error(), Hint: `write one a line: {"country":"FR","city":"Lyon","postcode":"69001","street":"1 rue X"}`}
			}
			if err := give(row, a); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
