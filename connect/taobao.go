package connect

import (
	"time"

	"golang.org/x/time/rate"

	"recourse"
	"recourse/call"
	"recourse/intake/taobao"
)

// taobaoPlatform are suppliers who authorise an app of the Taobao Open Platform: their refunds and trades are asked for.
var taobaoPlatform = Kind{
	Name: "taobao", Group: "agent",
	Fields: []Field{
		{Name: "app_key", Required: true}, {Name: "app_secret", Secret: true, Required: true}, {Name: "session", Secret: true, Required: true},
		{Name: "sign_method", Standard: "hmac-sha256", Choices: []string{"hmac-sha256", "hmac", "md5"}, Rare: true},
		{Name: "buyer"}, // the agent, as the platform names it: only its purchases are looked at
		{Name: "gateway", Standard: "china", Choices: []string{"china", "overseas", "sandbox"}, Rare: true},
	},
	Reader: taobao.Reader(),
	Poller: taobao.Poller(time.Now),
	Client: func(*recourse.Connection) *call.Client { return call.New(call.Options{Rate: taobaoRate, Burst: 2}) },
	Test:   taobao.Test(time.Now),
}

// taobaoRate is how many requests a second are made; the platform limits by app and day, and says so (code 7). [M]
const taobaoRate rate.Limit = 5
