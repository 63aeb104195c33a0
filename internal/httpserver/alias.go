package httpserver

import "slices"

// Resolve returns the table with every alias replaced by its canonical route under
// the alias' names, and with the alias' handler and parameters if it has any. It panics over an
// alias of a route that the table lacks.
func Resolve(routes []Route) []Route {
	canonical := make(map[string]int, len(routes)) // places in the table
	for i, r := range routes {
		for _, name := range r.names() {
			canonical[name] = i
		}
	}
	resolved := slices.Clone(routes)
	for i, alias := range routes {
		if alias.AliasOf == "" {
			continue
		}
		place, found := canonical[alias.AliasOf]
		if !found || routes[place].AliasOf != "" {
			panic("alias " + alias.Path + " of " + alias.AliasOf + ", which is no canonical route")
		}
		r := routes[place]
		r.Methods, r.Path, r.AliasOf, r.BodyOptional = alias.Methods, alias.Path, alias.AliasOf, alias.BodyOptional
		if alias.Handle != nil {
			r.Handle = alias.Handle
		}
		if alias.Query != nil {
			r.Query = alias.Query
		}
		resolved[i] = r
	}
	return resolved
}

// names lists "GET /nodes" for each method of the route.
func (r Route) names() []string {
	names := make([]string, len(r.Methods))
	for i, method := range r.Methods {
		names[i] = method + " " + r.Path
	}
	return names
}

// Listing shows users what a server does.
type Listing struct {
	Routes  []string          `json:"routes"`  // "GET /nodes"
	Aliases map[string]string `json:"aliases"` // to the routes that they are other names of
}

// List lists a table of routes.
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
