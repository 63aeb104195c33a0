package httpserver

import (
	"errors"
	"net/url"
	"slices"
	"strings"
)

// checkQuery refuses what cannot be read, and unknown and duplicate parameters, and
// tells whether the answer is to be pretty.
func (r *Route) checkQuery(text string) (pretty bool, err error) {
	query, err := parseQuery(text)
	if err != nil {
		return false, err
	}
	if pretty, err = wantsPretty(query[prettyKey]); err != nil {
		return false, err
	}
	delete(query, prettyKey)
	return pretty, r.checkParameters(query)
}

func (r *Route) checkParameters(query url.Values) error {
	for key, values := range query {
		switch {
		case len(r.Query) == 0:
			return Malformed("parameter %.128q, %s takes none", key, r.Path)
		case !slices.Contains(r.Query, key):
			return Malformed("parameter %.128q, want %s", key, strings.Join(r.Query, " or "))
		case len(values) != 1:
			return Malformed("parameter %q is there %d times, want it once", key, len(values))
		}
	}
	return nil
}

// parseQuery reads a query. The error wraps ErrMalformed, and says what net/url cannot read in
// words for who typed it.
func parseQuery(text string) (url.Values, error) {
	query, err := url.ParseQuery(text)
	var bad url.EscapeError
	switch {
	case err == nil:
		return query, nil
	case strings.Contains(text, ";"):
		return nil, Malformed("the query has a semicolon, want & between parameters, and %%3B for a semicolon in a value")
	case errors.As(err, &bad):
		return nil, Malformed("the query has %.16q, want two hexadecimal digits after each %%, and %%25 for a %% itself", string(bad))
	default:
		return nil, Malformed("the query has more parameters than are read")
	}
}
