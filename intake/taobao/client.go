package taobao

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"recourse"
	"recourse/call"
)

// gateways are where the platform is asked. [V3]
var gateways = map[string]string{
	"china":    "https://eco.taobao.com/router/rest",
	"overseas": "https://api.taobao.com/router/rest",
	"sandbox":  "https://gw.api.tbsandbox.com/router/rest",
}

// beijing is the zone of the platform's times: eight hours ahead, without summer time. [V3]
var beijing = time.FixedZone("GMT+8", 8*3600)

// stamp is how the platform writes times.
const stamp = "2006-01-02 15:04:05"

// client asks the platform in a supplier's name.
type client struct {
	connection *recourse.Connection
	peer       *call.Client
	now        func() time.Time
}

// platformError is the error_response of the platform.
type platformError struct {
	Code    int    `json:"code"`
	Message string `json:"msg"`
	SubCode string `json:"sub_code"`
	Sub     string `json:"sub_msg"`
}

// ask asks for a method and reads what stands in its answer into a value.
func (c *client) ask(ctx context.Context, method string, params map[string]string, into any) error {
	all := map[string]string{
		"method": method, "app_key": c.connection.Setting("app_key", ""), "session": c.connection.Secret("session"), "timestamp": c.now().In(beijing).Format(stamp),
		"format": "json", "v": "2.0", "sign_method": c.connection.Setting("sign_method", "hmac-sha256"),
	}
	for name, v := range params {
		all[name] = v
	}
	all["sign"] = Sign(all["sign_method"], c.connection.Secret("app_secret"), all)
	form := url.Values{}
	for name, v := range all {
		form.Set(name, v)
	}
	address := c.connection.Setting("url", gateways[c.connection.Setting("gateway", "china")])
	a, err := c.peer.Do(ctx, http.MethodPost, address, http.Header{"Content-Type": {"application/x-www-form-urlencoded;charset=utf-8"}}, []byte(form.Encode()))
	if err != nil {
		return &recourse.Error{Kind: recourse.Unavailable, Code: "taobao_unreachable", Message: "the Taobao platform cannot be reached", Err: err}
	}
	return answered(a, method, into)
}

// answered reads an answer: the error that is in it, or what was asked for.
func answered(a *call.Answer, method string, into any) error {
	var out map[string]json.RawMessage
	if err := json.Unmarshal(a.Body, &out); err != nil || !a.Good() {
		return &recourse.Error{Kind: recourse.Unavailable, Code: "taobao_down", Message: "the Taobao platform is not well: it answered " + strconv.Itoa(a.Status), Err: err}
	}
	if raw := out["error_response"]; raw != nil {
		var e platformError
		if err := json.Unmarshal(raw, &e); err != nil {
			return &recourse.Error{Kind: recourse.Unavailable, Code: "taobao_down", Message: "the Taobao platform answers with an error that cannot be read", Err: err}
		}
		return refusal(&e)
	}
	key := strings.ReplaceAll(strings.TrimPrefix(method, "taobao."), ".", "_") + "_response"
	if raw := out[key]; raw == nil || json.Unmarshal(raw, into) != nil {
		return &recourse.Error{Kind: recourse.Unavailable, Code: "taobao_down", Message: "the Taobao platform answers " + method + " in another form than expected"}
	}
	return nil
}

// refusal says in our words what the platform's error means. [V3] for the numbers of the first kind, [M] for the others.
func refusal(e *platformError) error {
	words := strconv.Itoa(e.Code) + " " + recourse.Shorten(strings.TrimSpace(e.Message+" "+e.SubCode+" "+e.Sub), 160)
	switch {
	case e.Code == 26 || e.Code == 27 || strings.Contains(e.SubCode, "session"): // missing, wrong or expired
		return &recourse.Error{Kind: recourse.Forbidden, Code: "taobao_session", Field: "session", Message: "the supplier's authorisation has ended: " + words, Hint: "ask the supplier to authorise the app again, and write the new session here"}
	case e.Code == 7 || strings.Contains(e.SubCode, "call-limit") || strings.Contains(e.SubCode, "accesscontrol"):
		return &recourse.Error{Kind: recourse.Unavailable, Code: "taobao_busy", Message: "the Taobao platform wants to be asked less often: " + words}
	case e.Code >= 24 && e.Code <= 31: // signature, app key, timestamp
		return &recourse.Error{Kind: recourse.Forbidden, Code: "taobao_app", Field: "app_secret", Message: "the Taobao platform does not take the app's key or signature: " + words, Hint: "compare key, secret and method with the app's page"}
	case strings.HasPrefix(e.SubCode, "isp.") || e.Code == 10 || e.Code == 15 && e.SubCode == "":
		return &recourse.Error{Kind: recourse.Unavailable, Code: "taobao_down", Message: "the Taobao platform is not well: " + words}
	}
	return &recourse.Error{Kind: recourse.Invalid, Code: "taobao_refused", Message: "the Taobao platform refused: " + words}
}

// Test asks for the refunds of the last minute, and changes nothing.
func Test(now func() time.Time) func(context.Context, *recourse.Connection, *call.Client) error {
	return func(ctx context.Context, c *recourse.Connection, peer *call.Client) error {
		asker := &client{c, peer, now}
		at := now()
		_, _, err := asker.refunds(ctx, "SUCCESS", at.Add(-time.Minute), at, 1)
		return err
	}
}
