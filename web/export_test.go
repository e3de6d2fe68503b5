package web

import (
	"maps"
	"slices"
	"strings"
)

// Routes are the patterns of all routes, for the table of who may do what.
func (s *Server) Routes() []string {
	var all []string
	for pattern := range maps.Keys(s.access) {
		if !strings.HasSuffix(pattern, "/") { // what catches addresses that there are not
			all = append(all, pattern)
		}
	}
	slices.Sort(all)
	return all
}

// Open says that a route is for anybody.
func (s *Server) Open(pattern string) bool {
	d := s.access[pattern].door
	return d == open || d == system
}

// Pages are the patterns of the pages that are looked at.
func Pages() (all []string) {
	for _, p := range pageRoutes {
		if strings.HasPrefix(p.pattern, "GET ") {
			all = append(all, p.pattern)
		}
	}
	return all
}
