package account

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"strconv"
	"strings"
	"sync"
	"time"

	"recourse"
	"recourse/store"
)

// A link to the buyer's page is signed, so that one which somebody made up or changed is refused without asking the
// database, and the same link can be written again into every later message: nothing secret of it needs to be kept.
//
//	shop_k3jx…_lq2w9c_5r7e…   merchant, number, expiry in seconds (base 36), signature
//
// The signature is an HMAC-SHA256 of all that stands before it, cut to 128 bits, by a key of the merchant's own. What a
// signature cannot say, that a link was revoked, is in the database.

const (
	// LinkFor is how long a link lasts. The longest waits of the built-in playbooks, a claim's verdict and its remedy, take
	// nine weeks.
	LinkFor = 90 * 24 * time.Hour
	// linkFresh is how much of its life a link has left, at the least, when it is written into a message; else a new one is
	// made beside it.
	linkFresh = 30 * 24 * time.Hour
	// linkSeenEvery is how exactly it is kept when a link was last opened.
	linkSeenEvery = time.Minute
)

// LinkPath is what stands before a link in the address of its page.
const LinkPath = "/b/"

// Guest is a buyer who came by a link: they may see the page of one order.
type Guest struct {
	Merchant string
	Order    string
	Link     string // its number
	Expires  time.Time
}

// linkKeys remembers the merchants' keys, which never change.
type linkKeys struct {
	mu    sync.RWMutex
	known map[string][]byte
}

func (k *linkKeys) get(merchant string) []byte {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.known[merchant]
}

func (k *linkKeys) put(merchant string, key []byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.known == nil || len(k.known) >= mostRemembered {
		k.known = map[string][]byte{}
	}
	k.known[merchant] = key
}

// BuyerLink is the address, without the server's own, of the buyer's page of an order: the present link where one lasts
// for thirty days more, else a new one, made in the name of by.
func (a *Accounts) BuyerLink(ctx context.Context, merchant, order, by string) (path string, err error) {
	now := a.clock()
	var all []store.Link
	err = a.store.Read(ctx, func(tx *store.Tx) (err error) {
		if _, err = tx.MerchantOnce(merchant); err == nil {
			all, err = tx.LinksOf(merchant, order)
		}
		return err
	})
	if err != nil {
		return "", err
	}
	key, err := a.linkKey(ctx, merchant)
	if err != nil {
		return "", err
	}
	for _, l := range all {
		if key != nil && l.Live(now.Add(linkFresh)) {
			return LinkPath + sign(key, &l), nil
		}
	}
	return a.newLink(ctx, store.Link{Merchant: merchant, Order: order, CreatedBy: by, CreatedAt: now, ExpiresAt: now.Add(LinkFor).Truncate(time.Second)})
}

// newLink makes a link, and the merchant's key with their first.
func (a *Accounts) newLink(ctx context.Context, l store.Link) (string, error) {
	random, fresh := make([]byte, 10), make([]byte, 32)
	rand.Read(random)
	rand.Read(fresh)
	l.ID = base.EncodeToString(random)
	var key []byte
	err := a.store.Write(ctx, func(tx *store.Tx) (err error) {
		if err = known(tx, l.Merchant, l.Order); err != nil {
			return err
		}
		if key, err = tx.PutLinkKey(l.Merchant, fresh, l.CreatedAt); err != nil {
			return err
		}
		if err := tx.PutLink(l); err != nil {
			return err
		}
		return tx.PutAudit(store.Audit{Merchant: l.Merchant, At: l.CreatedAt, By: l.CreatedBy, What: store.AuditLinked, About: l.Order})
	})
	if err != nil {
		return "", err
	}
	a.linkKeys.put(l.Merchant, key)
	return LinkPath + sign(key, &l), nil
}

// known refuses an order that the merchant has not.
func known(tx *store.Tx, merchant, order string) error {
	k := store.Key{Merchant: merchant, Order: order}
	files, err := tx.Files([]store.Key{k})
	if err == nil && files[k].Version == 0 {
		err = &recourse.Error{Kind: recourse.NotFound, Code: "order_unknown", Field: "order", Message: "there is no order " + recourse.Shorten(order, 60)}
	}
	return err
}

// linkKey is a merchant's key; nil when they have none yet.
func (a *Accounts) linkKey(ctx context.Context, merchant string) ([]byte, error) {
	if key := a.linkKeys.get(merchant); key != nil {
		return key, nil
	}
	var key []byte
	err := a.store.Read(ctx, func(tx *store.Tx) (err error) {
		key, err = tx.LinkKey(merchant)
		return err
	})
	if err == nil && key != nil {
		a.linkKeys.put(merchant, key)
	}
	return key, err
}

func sign(key []byte, l *store.Link) string {
	signed := l.Merchant + "_" + l.ID + "_" + strconv.FormatInt(l.ExpiresAt.Unix(), 36)
	return signed + "_" + signature(key, signed)
}

func signature(key []byte, signed string) string {
	h := hmac.New(sha256.New, key)
	h.Write([]byte("buyer link " + signed))
	return base.EncodeToString(h.Sum(nil)[:16])
}

// Errors of a link, all of kind [recourse.Forbidden]. Whose shop it is may be said of the second and the third, since
// their signature was right.
var (
	ErrLinkFalse   = &recourse.Error{Kind: recourse.Forbidden, Code: "link_false", Message: "this link is not one of ours, or was not copied whole"}
	ErrLinkExpired = &recourse.Error{Kind: recourse.Forbidden, Code: "link_expired", Message: "this link has expired"}
	ErrLinkRevoked = &recourse.Error{Kind: recourse.Forbidden, Code: "link_revoked", Message: "this link was taken back"}
)

// noKey stands in for the key of a merchant who has none, so that it takes as long to find a signature wrong.
var noKey = func() []byte {
	key := make([]byte, 32)
	rand.Read(key)
	return key
}()

// Guest is whoever comes by a link. Of one whose signature is right the guest is told with the error, too.
func (a *Accounts) Guest(ctx context.Context, link string) (Guest, error) {
	l, ok := parseLink(link)
	if !ok {
		return Guest{}, ErrLinkFalse
	}
	key, err := a.linkKey(ctx, l.Merchant)
	if err != nil {
		return Guest{}, err
	}
	right := key != nil
	if !right {
		key = noKey
	}
	if !hmac.Equal([]byte(sign(key, &l)), []byte(link)) || !right {
		return Guest{}, ErrLinkFalse
	}
	return a.guest(ctx, l)
}

// guest looks at what the signature cannot tell.
func (a *Accounts) guest(ctx context.Context, l store.Link) (Guest, error) {
	now, g := a.clock(), Guest{Merchant: l.Merchant, Link: l.ID, Expires: l.ExpiresAt}
	if !now.Before(l.ExpiresAt) {
		return g, ErrLinkExpired
	}
	var kept store.Link
	err := a.store.Read(ctx, func(tx *store.Tx) (err error) {
		kept, err = tx.Link(l.Merchant, l.ID)
		return err
	})
	switch {
	case recourse.CodeOf(err) == "link_unknown": // the database is an older one that was brought back
		return g, ErrLinkRevoked
	case err != nil:
		return Guest{}, err
	case !kept.RevokedAt.IsZero():
		return g, ErrLinkRevoked
	}
	g.Order = kept.Order
	if now.Sub(kept.SeenAt) < linkSeenEvery {
		return g, nil
	}
	return g, a.store.Write(ctx, func(tx *store.Tx) error { return tx.SeeLink(l.Merchant, l.ID, now) })
}

// parseLink takes a link apart, as far as its form tells.
func parseLink(link string) (l store.Link, ok bool) {
	parts := strings.Split(link, "_")
	if len(link) > 200 || len(parts) != 4 || len(parts[1]) != 16 || len(parts[2]) > 12 || len(parts[3]) != 26 {
		return l, false
	}
	if strings.Trim(parts[0], "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || parts[0] == "" {
		return l, false
	}
	seconds, err := strconv.ParseInt(parts[2], 36, 64)
	if err != nil || seconds < 0 || seconds > 1<<40 {
		return l, false
	}
	return store.Link{Merchant: parts[0], ID: parts[1], ExpiresAt: time.Unix(seconds, 0)}, true
}

// LinkPathOf is the address, without the server's own, of a link that is kept; "" when it is not live.
func (a *Accounts) LinkPathOf(ctx context.Context, l *store.Link) (string, error) {
	if !l.Live(a.clock()) {
		return "", nil
	}
	key, err := a.linkKey(ctx, l.Merchant)
	if err != nil || key == nil {
		return "", err
	}
	return LinkPath + sign(key, l), nil
}

// ListLinks are the links of an order, the newest first.
func (a *Accounts) ListLinks(ctx context.Context, merchant, order string) (all []store.Link, err error) {
	err = a.store.Read(ctx, func(tx *store.Tx) error {
		all, err = tx.LinksOf(merchant, order)
		return err
	})
	return all, err
}

// RevokeLink ends a link at once, in every process: link_unknown, of kind [recourse.NotFound], when there is none that
// could be ended. One revoked before stays as it is.
func (a *Accounts) RevokeLink(ctx context.Context, merchant, id string) error {
	return a.store.Write(ctx, func(tx *store.Tx) error {
		l, err := tx.Link(merchant, id)
		if err != nil {
			return err
		}
		ended, err := tx.RevokeLink(merchant, id, a.clock())
		if err != nil || !ended {
			return err
		}
		return tx.PutAudit(store.Audit{Merchant: merchant, At: a.clock(), By: by(ctx), What: store.AuditUnlinked, About: l.Order})
	})
}
