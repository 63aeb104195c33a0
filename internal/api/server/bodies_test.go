package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/httpserver"
)

// bodies has for each route that takes a body one of its keys, a value that the
// key may have, with what must stand beside it, and what a number in its place is
// told.
var bodies = map[string]struct{ key, value, wants string }{
	"POST /chain/replace":  {"length", "1", ""},
	"PUT /blockchain":      {"name", `"class"`, "string"},
	"POST /block/new":      {"sender", `"me"`, "string"},
	"POST /mine":           {"data", "1", ""},
	"PUT /mining":          {"threads", "1", ""},
	"PUT /clock":           {"offset", `"1s"`, "string"},
	"POST /mineBlock":      {"data", "1", ""},
	"POST /transactions":   {"sender", `"alice","recipient":"bob","amount":1`, "string"},
	"POST /nodes/register": {"nodes", "[]", ""},
	"POST /nodes/forget":   {"ids", "[]", ""},
	"POST /nodes/redial":   {"ids", "[]", ""},
	"PUT /faults":          {"generation", "1", ""},
	"POST /bans":           {"net", `"10.0.0.0/8"`, "string"},
	"POST /peers":          {"address", `"127.0.0.1:1"`, "string"},
	"POST /":               {"ip_address", `"127.0.0.1","port":1`, "string"},
	"GET /nodes":           {"ip_address", `"127.0.0.1","port":1`, "string"},
}

// The same mistake is answered alike by every route, and changes nothing.
func TestEveryBodyIsReadStrictly(t *testing.T) {
	h := start(t)
	before := h.node.chain.Tip().ID
	for _, r := range httpserver.Resolve(h.server.Routes()) {
		if r.Body == 0 {
			continue
		}
		route := r.Methods[0] + " " + r.Path
		body, listed := bodies[route]
		if !listed {
			body, listed = bodies[r.AliasOf]
		}
		require.True(t, listed, "%s takes a body, and no sample of it is here", route)
		h.refusesBodies(r, body.key, body.value, body.wants)
	}
	require.Equal(t, before, h.node.chain.Tip().ID)
	require.Empty(t, h.node.Known())
}

func (h *harness) refusesBodies(r httpserver.Route, key, value, wants string) {
	member := fmt.Sprintf("%q:%s", key, value)
	rows := map[string]string{
		`{"no_such_key":1}`: `unknown key "no_such_key", want `,
		"{" + strings.ToUpper(member[:len(key)+2]) + ":" + value + "}": "unknown key ",
		"{" + member + "," + member + "}":                              fmt.Sprintf("key %q twice", key),
		"{" + member + "} {}":                                          "something follows",
		"{" + member:                                                   "cut off",
		"{" + member + ",}":                                            "cannot be read as JSON",
		"[[[":                                                          "",
		strings.Repeat(`{"a":`, 700):                                   "",
		"{" + strings.Repeat(" ", 100):                                 "",
	}
	if wants != "" {
		rows[fmt.Sprintf("{%q:7}", key)] = key + ": number 7, want " + wants
	}
	for text, says := range rows {
		got := h.send(r.Methods[0], r.Path, strings.NewReader(text))
		require.Equal(h, http.StatusBadRequest, got.status, "%s %.80s: %s", r.Path, text, got.body)
		h.requireError(got, http.StatusBadRequest, "malformed", says)
	}
}
