package view

import (
	"strconv"

	"recourse/playbook"
	"recourse/store"
)

// PlaybookVersions is the list of what was put to work, the newest first.
type PlaybookVersions struct {
	Head PlaybookHead
	Rows []VersionRow
	Next string
}

// VersionRow is a version in the list.
type VersionRow struct {
	Name, Href string
	At         Instant
	By, Note   string
	Playbook   string
	Changed    []SettingChange // against the version before
	Lines      int             // changes of the playbook itself
	First      bool            // there is none before it
	Back       string          // the older version that this one is again; "": none
	Open       string          // cases that go by it
	None       bool
	Now        bool
}

// VersionPath is the page of a version.
func VersionPath(n int64) string { return "/playbook/versions/" + strconv.FormatInt(n, 10) }

// NewPlaybookVersions makes the list. policies are those of the versions and of the one before the last listed; counts
// are of open cases by policy.
func NewPlaybookVersions(r Reader, head PlaybookHead, all []store.Version, more bool, policies map[string]*playbook.Policy, counts map[string]int, most int) PlaybookVersions {
	out := PlaybookVersions{Head: head}
	shown := len(all)
	if more {
		shown--
		out.Next = "/playbook/versions?before=" + strconv.FormatInt(all[shown-1].Number, 10)
	}
	told := map[string]bool{}
	for i, v := range all[:shown] {
		row := VersionRow{Name: r.versionName(v.Number), Href: VersionPath(v.Number), At: r.Past(v.At), By: v.By, Note: v.Note, Playbook: v.Name, Now: v.Number == head.Number}
		// Cases are pinned to a policy: of two versions with the same one the newer counts them.
		if !told[v.Hash] {
			row.Open, row.None = r.Capped(counts[v.Hash], most), counts[v.Hash] == 0
			told[v.Hash] = true
		}
		for j := i + 1; j < len(all) && row.Back == ""; j++ {
			if all[j].Hash == v.Hash {
				row.Back = r.versionName(all[j].Number)
			}
		}
		row.First = i+1 >= len(all)
		if !row.First {
			was, is := policies[all[i+1].Hash], policies[v.Hash]
			row.Changed = r.settingChanges(was, is)
			if was.Playbook.Hash != is.Playbook.Hash {
				row.Lines = len(r.changeLines(playbook.Diff(was.Playbook, is.Playbook), is.Playbook))
			}
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}

// PlaybookVersion is a version beside another: what changed, in words and line by line.
type PlaybookVersion struct {
	Head     PlaybookHead
	Row      VersionRow
	Against  string // the version that it is compared with; "": none
	Others   []Link // versions that it can be compared with
	Settings []SettingChange
	Lines    []ChangeLine
	Text     []DiffLine
	Base     string
	Can      bool // it can be put to work again
	Number   int64
	Download string
}

// NewPlaybookVersion makes the page. Texts are the playbooks' files.
func NewPlaybookVersion(r Reader, head PlaybookHead, v store.Version, is *playbook.Policy, against *store.Version, was *playbook.Policy, wasText, isText string, open, most int) PlaybookVersion {
	out := PlaybookVersion{Head: head, Number: v.Number, Base: strconv.FormatInt(head.Number, 10), Can: head.Manage && v.Number != head.Number,
		Row:      VersionRow{Name: r.versionName(v.Number), Href: VersionPath(v.Number), At: r.Past(v.At), By: v.By, Note: v.Note, Playbook: v.Name, Open: r.Capped(open, most), None: open == 0, Now: v.Number == head.Number},
		Download: "/playbook/file/playbook.yaml?version=" + strconv.FormatInt(v.Number, 10)}
	if against == nil {
		return out
	}
	out.Against = r.versionName(against.Number)
	out.Settings = r.settingChanges(was, is)
	if was.Playbook.Hash != is.Playbook.Hash {
		out.Lines = r.changeLines(playbook.Diff(was.Playbook, is.Playbook), is.Playbook)
	}
	out.Text = compareLines(wasText, isText)
	for _, l := range []Link{{Label: r.T("against_before"), Href: VersionPath(v.Number)}, {Label: r.T("against_now"), Href: VersionPath(v.Number) + "?against=now"}} {
		if v.Number != 1 && l.Href == VersionPath(v.Number) || v.Number != head.Number && l.Href != VersionPath(v.Number) {
			l.On = against.Number == head.Number && v.Number != head.Number == (l.Href != VersionPath(v.Number))
			out.Others = append(out.Others, l)
		}
	}
	return out
}

// PlaybookFile is the page of the file: to take it along, and to bring another.
type PlaybookFile struct {
	Head     PlaybookHead
	Base     string
	Text     string         // of a file that was sent; "": none
	Sent     bool           // a file was sent
	Faults   []FindingWords // why it cannot be read
	Keep     bool
	Builtins []string
}
