package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"recourse"
	"recourse/effect/hook"
)

// TestWebhookEventsAreCurrent holds the list of events in docs/webhooks.md to the program. To write it anew:
// RECOURSE_UPDATE=1 go test ./cmd/recourse -run WebhookEvents
func TestWebhookEventsAreCurrent(t *testing.T) {
	const name, head = "../../docs/webhooks.md", "## Events\n\n"
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	before, have, ok := strings.Cut(string(data), head)
	if !ok {
		t.Fatal("docs/webhooks.md has no section of events")
	}
	var want strings.Builder
	for _, e := range recourse.NoticeTypes {
		example, err := json.Marshal(hook.Example(e))
		if err != nil {
			t.Fatal(err)
		}
		want.WriteString("### " + string(e) + "\n\n" + hook.About(e) + "\n\n```json\n" + string(example) + "\n```\n\n")
	}
	text := strings.TrimSuffix(want.String(), "\n")
	if os.Getenv("RECOURSE_UPDATE") != "" {
		if err := os.WriteFile(name, []byte(before+head+text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if have != text {
		t.Error("docs/webhooks.md does not list the events as they are: write it anew")
	}
}
