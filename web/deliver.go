package web

import (
	"net/http"
	"strconv"

	"recourse"
	"recourse/hub"
)

// Other systems deliver at an address of their own each. Whoever calls there shows who they are by the signature of what
// they send; there is no session, no token and no cookie.

// deliveryRoutes are the addresses that other systems call.
var deliveryRoutes = []string{"POST /in/{merchant}/{connection}", "GET /in/{merchant}/{connection}"}

// deliveries adds them to the server's routes.
func (s *Server) deliveries() {
	for i, serve := range []func(http.ResponseWriter, *http.Request) error{s.deliver, s.ping} {
		s.access[deliveryRoutes[i]] = access{door: system}
		s.mux.HandleFunc(deliveryRoutes[i], func(w http.ResponseWriter, r *http.Request) {
			if err := serve(w, r); err != nil {
				s.turnDeliveryAway(w, r, err)
			}
		})
	}
}

// deliver takes in what a system delivers. When it is answered with 2xx it is on the disk.
func (s *Server) deliver(w http.ResponseWriter, r *http.Request) error {
	merchant, id := r.PathValue("merchant"), r.PathValue("connection")
	if err := s.takes(r, merchant, id); err != nil {
		return err
	}
	b, err := s.body(w, r, hub.MaxBody, s.BodyTime)
	if err != nil {
		return err
	}
	defer release(b)
	a, err := s.Hub.Take(r.Context(), merchant, id, r.Header, b.Bytes())
	if err != nil {
		return err
	}
	h := w.Header()
	if a.Type != "" {
		h.Set("Content-Type", a.Type)
	}
	h.Set("Content-Length", strconv.Itoa(len(a.Body)))
	w.WriteHeader(a.Status)
	w.Write(a.Body)
	return nil
}

// ping answers a system that looks whether there is anything at the address.
func (s *Server) ping(w http.ResponseWriter, r *http.Request) error {
	if err := s.takes(r, r.PathValue("merchant"), r.PathValue("connection")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// takes refuses what is delivered where nothing is taken in, before its body is read.
func (s *Server) takes(r *http.Request, merchant, id string) error {
	if s.Hub == nil {
		return errNoRoute
	}
	return s.Hub.Takes(r.Context(), merchant, id)
}

// turnDeliveryAway answers a system whose delivery is not taken. Where nothing is taken in, no more is said than that.
func (s *Server) turnDeliveryAway(w http.ResponseWriter, r *http.Request, err error) {
	if recourse.KindOf(err) == recourse.NotFound {
		err = errNoRoute
	}
	s.refuse(w, r, err)
}
