package track

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"recourse"
	"recourse/call"
)

// afterShipBase is where AfterShip is asked, with the version that we were written for. [V]
const afterShipBase = "https://api.aftership.com/tracking/2026-07"

// afterShipCodes are AfterShip's codes (meta.code) for one tracking. [M]
var afterShipCodes = map[int]string{
	4003: Already, 4004: NotRegistered, 4005: NumberInvalid, 4006: NumberInvalid, 4007: NumberInvalid, 4008: CarrierUnknown, 4009: NumberInvalid, 4010: CarrierUnknown, 4011: CarrierUnknown, 4012: CarrierUnknown,
	4013: NeedsMore, 4015: NeedsMore, 4016: Already, 4017: Cannot, 402: Quota, 40201: Quota,
}

// afterShipService asks AfterShip, one tracking at a time.
type afterShipService struct {
	base, key string
	peer      *call.Client
}

// afterShipAnswer is what every request is answered with.
type afterShipAnswer struct {
	Meta struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"meta"`
	Data json.RawMessage `json:"data"`
}

// ask asks; an answer of 4xx other than those that failed knows is the service's no to this tracking, in meta.
func (s *afterShipService) ask(ctx context.Context, method, path string, body any) (*afterShipAnswer, error) {
	var out afterShipAnswer
	a, err := s.peer.JSON(ctx, method, s.base+path, http.Header{"As-Api-Key": {s.key}}, body, &out)
	if f := failed(a, err); f != nil {
		return nil, f
	}
	if !a.Good() {
		if err := json.Unmarshal(a.Body, &out); err != nil || out.Meta.Code == 0 {
			return nil, unexpected(a, strconv.Itoa(a.Status), "")
		}
	}
	return &out, nil
}

// Batch is how many are registered in a row before others get their turn.
func (s *afterShipService) Batch() int { return 40 }

// one asks for one tracking and says what came of it.
func (s *afterShipService) one(ctx context.Context, method, path string, n *Number, body any) (Answer, error) {
	out, err := s.ask(ctx, method, path, body)
	if err != nil {
		return Answer{}, err
	}
	a := Answer{Tracking: n.Tracking, Ref: n.Ref}
	var t struct {
		ID  string `json:"id"`
		Old struct {
			ID string `json:"id"`
		} `json:"tracking"`
	}
	if json.Unmarshal(out.Data, &t) == nil && t.ID+t.Old.ID != "" {
		a.Ref = clean(t.ID+t.Old.ID, 60)
	}
	if out.Meta.Code/100 != 2 {
		code, known := afterShipCodes[out.Meta.Code]
		if !known {
			code = Cannot
		}
		a.Code, a.Detail = code, clean(strconv.Itoa(out.Meta.Code)+" "+out.Meta.Message, 200)
	}
	return a, nil
}

// each asks for trackings one after the other; what was answered before an error stands.
func (s *afterShipService) each(numbers []Number, one func(*Number) (Answer, error)) ([]Answer, error) {
	var all []Answer
	for i := range numbers {
		a, err := one(&numbers[i])
		if err != nil {
			return all, err
		}
		all = append(all, a)
	}
	return all, nil
}

// Register makes trackings. Of one that was there before our field is set where its parcel would not be found by the number.
func (s *afterShipService) Register(ctx context.Context, numbers []Number) ([]Answer, error) {
	return s.each(numbers, func(n *Number) (Answer, error) {
		body := map[string]any{"tracking_number": n.Tracking, "order_id": n.Order}
		if tag := Tag(n.Order, n.Parcel); tag != "" {
			body["custom_fields"] = map[string]string{customTag: tag}
		}
		if _, slug := carrierOf(n.Carrier); n.Carried && slug != "" {
			body["slug"] = slug
		}
		a, err := s.one(ctx, http.MethodPost, "/trackings", n, body)
		if custom, tagged := body["custom_fields"]; err == nil && a.Code == Already && a.Ref != "" && tagged && n.Parcel != n.Tracking {
			if _, err = s.one(ctx, http.MethodPut, "/trackings/"+url.PathEscape(a.Ref), n, map[string]any{"custom_fields": custom}); recourse.KindOf(err) == recourse.Invalid {
				err = nil
			}
		}
		return a, err
	})
}

// afterShipReasons are why a tracking is over, for AfterShip. [V] Others it ends by itself: what was delivered, at once.
var afterShipReasons = map[recourse.ParcelStatus]string{recourse.Returned: "RETURNED_TO_SENDER", recourse.Lost: "LOST"}

// Stop marks trackings as completed. One that was delivered is over already.
func (s *afterShipService) Stop(ctx context.Context, numbers []Number) ([]Answer, error) {
	return s.each(numbers, func(n *Number) (Answer, error) {
		reason := afterShipReasons[n.Status]
		if reason == "" || n.Ref == "" {
			return Answer{Tracking: n.Tracking, Code: Already, Ref: n.Ref}, nil
		}
		return s.one(ctx, http.MethodPost, "/trackings/"+url.PathEscape(n.Ref)+"/mark-as-completed", n, map[string]string{"reason": reason})
	})
}

// Retrack takes trackings up again.
func (s *afterShipService) Retrack(ctx context.Context, numbers []Number) ([]Answer, error) {
	return s.each(numbers, func(n *Number) (Answer, error) {
		if n.Ref == "" {
			return Answer{Tracking: n.Tracking, Code: Cannot}, nil
		}
		return s.one(ctx, http.MethodPost, "/trackings/"+url.PathEscape(n.Ref)+"/retrack", n, nil)
	})
}

// Look asks for what is known of at most 40 numbers (50 are allowed). [V]
func (s *afterShipService) Look(ctx context.Context, numbers []Number) ([]Answer, error) {
	names := make([]string, len(numbers))
	for i := range numbers {
		names[i] = numbers[i].Tracking
	}
	page, err := s.list(ctx, url.Values{"tracking_numbers": {strings.Join(names, ",")}, "limit": {"200"}})
	if err != nil {
		return nil, err
	}
	found := map[string]bool{}
	var all []Answer
	for _, a := range page.answers {
		found[a.Tracking] = true
		all = append(all, a)
	}
	for _, n := range names {
		if !found[n] {
			all = append(all, Answer{Tracking: n, Code: NotRegistered})
		}
	}
	return all, nil
}

// Try asks for a list of one.
func (s *afterShipService) Try(ctx context.Context) error {
	_, err := s.list(ctx, url.Values{"limit": {"1"}})
	return err
}

// afterShipPage is a page of a list.
type afterShipPage struct {
	answers []Answer
	newest  string // the latest updated_at
	cursor  string // "": there is no next page
}

func (s *afterShipService) list(ctx context.Context, query url.Values) (*afterShipPage, error) {
	out, err := s.ask(ctx, http.MethodGet, "/trackings?"+query.Encode(), nil)
	if err != nil {
		return nil, err
	}
	if out.Meta.Code/100 != 2 {
		return nil, unexpected(nil, strconv.Itoa(out.Meta.Code), out.Meta.Message)
	}
	var data struct {
		Pagination struct {
			Cursor string `json:"next_cursor"`
			More   bool   `json:"has_next_page"`
		} `json:"pagination"`
		Trackings []json.RawMessage `json:"trackings"`
	}
	if err := json.Unmarshal(out.Data, &data); err != nil {
		return nil, unexpected(nil, "200", "a list that cannot be read")
	}
	page := &afterShipPage{}
	if data.Pagination.More {
		page.cursor = data.Pagination.Cursor
	}
	for _, raw := range data.Trackings {
		var t afterShipTracking
		if err := json.Unmarshal(raw, &t); err != nil || t.Number == "" {
			continue
		}
		page.answers = append(page.answers, t.found(raw))
		page.newest = max(page.newest, instantText(t.UpdatedAt))
	}
	return page, nil
}

// found is a tracking of a list.
func (t *afterShipTracking) found(raw json.RawMessage) Answer {
	a := Answer{Tracking: string(t.Number), Ref: clean(t.ID, 60), State: t.Subtag}
	if a.State == "" {
		a.State = t.Tag
	}
	a.Delivery = delivery(a.Tracking, "tracking_update", map[string]any{"event": "tracking_update", "msg": raw}, readAfterShip)
	return a
}
