package track

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"

	"recourse"
	"recourse/call"
)

// seventeenBase is where 17TRACK is asked. [V]
const seventeenBase = "https://api.17track.net/track/v2.4"

// seventeenBatch is how many numbers one request may have. [V]
const seventeenBatch = 40

// seventeenCodes are 17TRACK's codes for one number. [V help.17track.net]
var seventeenCodes = map[int]string{
	-18019901: Already, -18019902: NotRegistered, -18019903: CarrierUnknown, -18019910: CarrierUnknown, -18019911: CarrierUnknown,
	-18019904: Already,       // to track again what is being tracked
	-18019905: Cannot,        // to track again what was tracked again before
	-18019906: Already,       // to stop what is stopped
	-18019907: Quota,         // the day's limit
	-18019908: Quota,         // what was paid for
	-18019909: NoNews,        // registered, and nothing known yet
	-18010018: NeedsMore,     // country and postcode
	-18010019: NeedsMore,     // postcode
	-18010020: NeedsMore,     // telephone number
	-18010010: NumberInvalid, // a field is missing
	-18010011: NumberInvalid, // a value is wrong
	-18010012: NumberInvalid, // the form of a value is wrong
	-18010013: NumberInvalid, // all of it is wrong
	-18010015: NumberInvalid, // a value of a field is wrong
}

// seventeenService asks 17TRACK.
type seventeenService struct {
	base, key string
	peer      *call.Client
}

type seventeenError struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// seventeenAnswer is what every request is answered with.
type seventeenAnswer struct {
	Code int `json:"code"`
	Data struct {
		Accepted []json.RawMessage `json:"accepted"`
		Rejected []struct {
			Number text           `json:"number"`
			Error  seventeenError `json:"error"`
		} `json:"rejected"`
		Errors []seventeenError `json:"errors"`
	} `json:"data"`
	Page struct {
		Total int `json:"page_total"`
		No    int `json:"page_no"`
	} `json:"page"`
}

func (s *seventeenService) ask(ctx context.Context, method string, body any) (*seventeenAnswer, error) {
	var out seventeenAnswer
	a, err := s.peer.JSON(ctx, http.MethodPost, s.base+"/"+method, http.Header{"17token": {s.key}}, body, &out)
	if f := failed(a, err); f != nil {
		return nil, f
	}
	if !a.Good() {
		return nil, unexpected(a, strconv.Itoa(a.Status), "")
	}
	switch out.Code {
	case 0:
		return &out, nil
	case -18010001, -18010002, -18010004, -18010005: // the address, the key, the account, the right
		return nil, &Failure{errKey, a}
	case -18010003:
		return nil, failed(&call.Answer{Status: http.StatusInternalServerError}, nil)
	}
	message := ""
	if len(out.Data.Errors) > 0 {
		message = out.Data.Errors[0].Message
	}
	return nil, unexpected(a, strconv.Itoa(out.Code), message)
}

// Batch is 40.
func (s *seventeenService) Batch() int { return seventeenBatch }

// seventeenNumber is a number as it is asked for.
type seventeenNumber struct {
	Number  string `json:"number"`
	Carrier int    `json:"carrier,omitempty"`
	Tag     string `json:"tag,omitempty"`
}

func (s *seventeenService) numbers(numbers []Number, register bool) []seventeenNumber {
	out := make([]seventeenNumber, len(numbers))
	for i, n := range numbers {
		out[i] = seventeenNumber{Number: n.Tracking}
		if register {
			out[i].Tag = Tag(n.Order, n.Parcel)
			if n.Carried {
				out[i].Carrier, _ = carrierOf(n.Carrier)
			}
		}
	}
	return out
}

// Register registers at most 40 numbers. Of those that were registered before, by whomever, the
// tag is changed only where what is told of them would not find its parcel by the number: it may be another program's.
func (s *seventeenService) Register(ctx context.Context, numbers []Number) ([]Answer, error) {
	all, err := s.each(ctx, "register", s.numbers(numbers, true))
	if err != nil {
		return all, err
	}
	var changes []any
	for i := range all {
		if n := numberOf(numbers, all[i].Tracking); n != nil && all[i].Code == Already && n.Parcel != n.Tracking {
			changes = append(changes, map[string]any{"number": n.Tracking, "items": map[string]string{"tag": Tag(n.Order, n.Parcel)}})
		}
	}
	if len(changes) > 0 {
		_, err = s.ask(ctx, "changeinfo", changes)
	}
	if recourse.KindOf(err) == recourse.Invalid { // a no to the tag alone
		err = nil
	}
	return all, err
}

func numberOf(numbers []Number, tracking string) *Number {
	for i := range numbers {
		if numbers[i].Tracking == tracking {
			return &numbers[i]
		}
	}
	return nil
}

// Stop stops at most 40.
func (s *seventeenService) Stop(ctx context.Context, numbers []Number) ([]Answer, error) {
	return s.each(ctx, "stoptrack", s.numbers(numbers, false))
}

// Retrack takes up at most 40 again.
func (s *seventeenService) Retrack(ctx context.Context, numbers []Number) ([]Answer, error) {
	return s.each(ctx, "retrack", s.numbers(numbers, false))
}

// Look asks for at most 40.
func (s *seventeenService) Look(ctx context.Context, numbers []Number) ([]Answer, error) {
	return s.each(ctx, "gettrackinfo", s.numbers(numbers, false))
}

// Try asks for what is left of the quota, which costs nothing. [V]
func (s *seventeenService) Try(ctx context.Context) error {
	_, err := s.ask(ctx, "getquota", struct{}{})
	return err
}

// each asks for numbers, and gives an answer for each that the service spoke of.
func (s *seventeenService) each(ctx context.Context, method string, numbers []seventeenNumber) ([]Answer, error) {
	out, err := s.ask(ctx, method, numbers)
	if err != nil {
		return nil, err
	}
	var all []Answer
	for _, raw := range out.Data.Accepted {
		a, err := seventeenAccepted(raw)
		if err != nil {
			return all, unexpected(nil, "0", "an answer that cannot be read")
		}
		all = append(all, a)
	}
	for i := range out.Data.Rejected {
		r := &out.Data.Rejected[i]
		code, known := seventeenCodes[r.Error.Code]
		if !known {
			code = Cannot
		}
		all = append(all, Answer{Tracking: string(r.Number), Code: code, Detail: clean(strconv.Itoa(r.Error.Code)+" "+r.Error.Message, 200)})
	}
	return all, nil
}

// seventeenAccepted reads one number that was accepted, with what is told of it, where something is.
func seventeenAccepted(raw json.RawMessage) (Answer, error) {
	var d seventeenData
	if err := json.Unmarshal(raw, &d); err != nil || d.Number == "" {
		return Answer{}, malformed("a number is missing", err)
	}
	a := Answer{Tracking: string(d.Number)}
	if d.Info == nil {
		return a, nil
	}
	a.State = d.Info.Latest.Sub
	if a.State == "" {
		a.State = d.Info.Latest.Status
	}
	a.Delivery = delivery(a.Tracking, seventeenUpdated, map[string]any{"event": seventeenUpdated, "data": raw}, readSeventeen)
	return a, nil
}
