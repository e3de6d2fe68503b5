package web

import (
	"recourse"
	"recourse/account"
	"recourse/hub"
	"recourse/store"
)

// Connections is the answer of their list.
type Connections struct {
	Connections []ConnectionRow `json:"connections"`
}

// ConnectionRow is a connection. Secrets never come out: only their names.
type ConnectionRow struct {
	recourse.Connection
	SecretNames []string `json:"secrets,omitempty" doc:"Which secrets are set."`
	Address     string   `json:"address,omitempty" doc:"Where the other system delivers."`
}

// NewConnection is a system to be connected.
type NewConnection struct {
	Connection string            `json:"connection,omitempty" doc:"Its id, of a-z, 0-9 and -; one is made where it is empty."`
	Kind       string            `json:"kind" doc:"Such as signed."`
	Name       string            `json:"name,omitempty" doc:"For people."`
	Settings   map[string]string `json:"settings,omitempty"`
	Secrets    map[string]string `json:"secrets,omitempty" doc:"They go in and never come out."`
}

// Receipts is the answer of a list of deliveries.
type Receipts struct {
	Receipts []ReceiptRow `json:"receipts"`
	Next     string       `json:"next,omitempty" doc:"The cursor of the next page."`
}

// ReceiptRow is a delivery and what became of it.
type ReceiptRow struct {
	Receipt string              `json:"receipt"`
	Topic   string              `json:"topic"`
	At      string              `json:"at"`
	Status  store.ReceiptStatus `json:"status"`
	Order   string              `json:"order,omitempty"`
	Events  int                 `json:"events" doc:"Facts of it that were taken in."`
	Note    string              `json:"note,omitempty" doc:"A code: why nothing followed, or what went wrong."`
	Detail  string              `json:"detail,omitempty"`
}

// Replay says what is to be read again.
type Replay struct {
	Receipt string `json:"receipt,omitempty" doc:"One delivery; all that failed where it is empty."`
}

// ReceiptsReplayed says how many are.
type ReceiptsReplayed struct {
	ReceiptsReplayed int `json:"replayed"`
}

func (c *call) hubHere() (*hub.Hub, error) {
	if c.Hub == nil {
		return nil, errNoHub
	}
	return c.Hub, nil
}

func (c *call) connections() error {
	out := Connections{Connections: []ConnectionRow{}}
	err := c.Desk.Store().Read(c.r.Context(), func(tx *store.Tx) error {
		all, err := tx.Connections(c.who.Merchant)
		for i := range all {
			out.Connections = append(out.Connections, ConnectionRow{Connection: all[i].Connection})
		}
		return err
	})
	if err != nil {
		return err
	}
	return c.send(out)
}

func (c *call) showConnection() error {
	h, err := c.hubHere()
	if err != nil {
		return err
	}
	return c.sendConnection(h, c.r.PathValue("connection"))
}

func (c *call) sendConnection(h *hub.Hub, id string) error {
	o, err := h.Connection(c.r.Context(), c.who.Merchant, id)
	if err != nil {
		return err
	}
	row := ConnectionRow{Connection: *o.Connection, SecretNames: o.SecretNames()}
	if o.Kind.Reader != nil && o.Kind.Reader.Verify != nil {
		row.Address = h.Address("", c.who.Merchant, id)
	}
	return c.send(row)
}

func (c *call) addConnection() error {
	h, err := c.hubHere()
	if err != nil {
		return err
	}
	var n NewConnection
	if err := c.decode(c.w, c.r, &n); err != nil {
		return err
	}
	made, err := h.Add(c.r.Context(), c.who.Merchant, hub.Change{ID: n.Connection, Kind: n.Kind, Name: n.Name, Settings: n.Settings, Secrets: n.Secrets, By: c.who.Name})
	if err != nil {
		return inBody("", err)
	}
	return c.sendConnection(h, made.ID)
}

func (c *call) receipts() error {
	limit, err := c.limit(50, 200)
	if err != nil {
		return err
	}
	id := c.r.PathValue("connection")
	var all []store.Receipt
	out := Receipts{Receipts: []ReceiptRow{}}
	err = c.Desk.Store().Read(c.r.Context(), func(tx *store.Tx) (err error) {
		if _, err = tx.Connection(c.who.Merchant, id); err != nil {
			return err
		}
		all, out.Next, err = tx.Receipts(c.who.Merchant, id, store.ReceiptFilter{Status: store.ReceiptStatus(c.query.Get("status")), Before: c.query.Get("cursor"), Limit: limit})
		return err
	})
	if err != nil {
		return err
	}
	for i := range all {
		r := &all[i]
		out.Receipts = append(out.Receipts, ReceiptRow{r.ID, r.Topic, r.At.UTC().Format("2006-01-02T15:04:05.999999Z07:00"), r.Status, r.Order, r.Events, r.Note, r.Detail})
	}
	return c.send(out)
}

func (c *call) replayReceipts() error {
	h, err := c.hubHere()
	if err != nil {
		return err
	}
	var what Replay
	if err := c.decode(c.w, c.r, &what); err != nil {
		return err
	}
	n, err := h.Replay(c.r.Context(), c.who.Merchant, c.r.PathValue("connection"), what.Receipt)
	if err != nil {
		return err
	}
	return c.send(ReceiptsReplayed{n})
}

// connectionAPI are the operations about connections.
var connectionAPI = []route{
	{method: "GET", path: "/api/v1/connections", name: "listConnections", sum: "List connections", about: "The links to other systems and how they are.", needs: account.Manage, answer: Connections{}, serve: (*call).connections},
	{method: "POST", path: "/api/v1/connections", name: "addConnection", sum: "Connect a system", about: "Secrets go in and never come out.", needs: account.Manage, body: NewConnection{}, answer: ConnectionRow{}, problems: []int{409, 413}, serve: (*call).addConnection},
	{method: "GET", path: "/api/v1/connections/{connection}", name: "getConnection", sum: "Read a connection", about: "With the names of the secrets that are set, and the address for deliveries.", needs: account.Manage, answer: ConnectionRow{}, problems: []int{404}, serve: (*call).showConnection},
	{method: "GET", path: "/api/v1/connections/{connection}/receipts", name: "listReceipts", sum: "List deliveries", about: "The newest first, with what became of each.", needs: account.Manage,
		query: []param{{name: "status", of: texts(store.ReceiptStatuses), about: "Default: any."}, pCursor, pLimit}, answer: Receipts{}, problems: []int{404}, serve: (*call).receipts},
	{method: "POST", path: "/api/v1/connections/{connection}/replay", name: "replayReceipts", sum: "Read deliveries again", about: "One, or all that failed. Facts that were taken in before change nothing.", needs: account.Manage, body: Replay{}, answer: ReceiptsReplayed{}, problems: []int{404, 409}, serve: (*call).replayReceipts},
}
