package httpserver

import "slices"

// Resolve gives every alias in a table what its canonical route does. An alias
// of a route that is not there is a mistake in the table, and panics.
func Resolve(routes []Route) []Route {
	canonical := make(map[string]Route)
	for _, r := range routes {
		for _, name := range r.names() {
			canonical[name] = r
		}
	}
	resolved := slices.Clone(routes)
	for i, alias := range routes {
		if alias.AliasOf == "" {
			continue
		}
		r, found := canonical[alias.AliasOf]
		if !found || r.AliasOf != "" {
			panic("alias " + alias.Path + " of " + alias.AliasOf + ", which is no canonical route")
		}
		r.Methods, r.Path, r.AliasOf = alias.Methods, alias.Path, alias.AliasOf
		resolved[i] = r
	}
	return resolved
}

// names are the route's, one for each method: "GET /nodes".
func (r Route) names() []string {
	names := make([]string, len(r.Methods))
	for i, method := range r.Methods {
		names[i] = method + " " + r.Path
	}
	return names
}

// Listing tells people what a server does.
type Listing struct {
	Routes  []string          `json:"routes"`  // "GET /nodes"
	Aliases map[string]string `json:"aliases"` // to the routes that they are other names of
}

// List tells of a table of routes.
func List(routes []Route) Listing {
	l := Listing{Routes: []string{}, Aliases: map[string]string{}}
	for _, r := range routes {
		for _, name := range r.names() {
			if r.AliasOf == "" {
				l.Routes = append(l.Routes, name)
			} else {
				l.Aliases[name] = r.AliasOf
			}
		}
	}
	return l
}
