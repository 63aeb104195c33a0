package postman_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"networkmngr/internal/api/server"
	"networkmngr/internal/httpserver/openapi/openapitest"
	"networkmngr/internal/manager"
)

// item is a request of the collection, or a folder of them.
type item struct {
	Name        string
	Description string
	Item        []item
	Event       []event
	Request     json.RawMessage
	Response    []example
}

type event struct {
	Listen string
	Script struct{ Exec []string }
}

type request struct {
	Method      string
	URL         struct{ Raw string }
	Description string
	Body        struct{ Raw string }
}

// example is an answer that was saved with its request.
type example struct {
	OriginalRequest json.RawMessage
	Code            int
	Header          []struct{ Key, Value string }
	Body            string
}

func (i item) request(t *testing.T) request {
	var r request
	require.NoError(t, json.Unmarshal(i.Request, &r))
	return r
}

// script is that of the event, or empty.
func (i item) script(listen string) string {
	for _, e := range i.Event {
		if e.Listen == listen {
			return strings.Join(e.Script.Exec, "\n")
		}
	}
	return ""
}

func collection(t *testing.T) item {
	text, err := os.ReadFile("networkmngr.postman_collection.json")
	require.NoError(t, err)
	var root item
	require.NoError(t, json.Unmarshal(text, &root))
	return root
}

// requests are all of the collection, in order.
func requests(t *testing.T) []item {
	var found []item
	var walk func(item)
	walk = func(i item) {
		if i.Request != nil {
			found = append(found, i)
		}
		for _, child := range i.Item {
			walk(child)
		}
	}
	walk(collection(t))
	require.NotEmpty(t, found)
	return found
}

// TestEveryRouteHasARequest holds the collection to the descriptions of both
// APIs, which are held to the servers' routes by tests of their own.
func TestEveryRouteHasARequest(t *testing.T) {
	found := make(map[string]bool)
	for _, i := range requests(t) {
		r := i.request(t)
		raw, _, _ := strings.Cut(r.URL.Raw, "?")
		found[r.Method+" "+strings.Replace(raw, "{{other}}", "{{node}}", 1)] = true
	}
	for server, description := range map[string][]byte{"{{manager}}": manager.Description, "{{node}}": server.Description} {
		for path, operations := range paths(t, description) {
			for method := range operations {
				covered := slices.ContainsFunc(operations.like(method), func(method string) bool {
					return covered(found, strings.ToUpper(method)+" "+server, path)
				})
				require.True(t, covered, "no request for %s %s%s", method, server, path)
			}
		}
	}
}

// operations are those of a path, by method.
type operations map[string]struct {
	ID string `yaml:"operationId"`
}

func paths(t *testing.T, description []byte) map[string]operations {
	var parsed struct{ Paths map[string]operations }
	require.NoError(t, yaml.Unmarshal(description, &parsed))
	require.NotEmpty(t, parsed.Paths)
	return parsed.Paths
}

// like lists the methods that do the same as this one: POST does what a GET for address
// bars does.
func (o operations) like(method string) []string {
	if (method == "get" || method == "post") && strings.HasSuffix(o["get"].ID, "ByGet") {
		return []string{"get", "post"}
	}
	return []string{method}
}

// placeholder is a part of a path that may be anything.
var placeholder = regexp.MustCompile(`\{\w+\}`)

// covered looks for a request to path by a method on a server.
func covered(found map[string]bool, onServer, path string) bool {
	fixed := placeholder.Split(path, -1)
	for i := range fixed {
		fixed[i] = regexp.QuoteMeta(fixed[i])
	}
	pattern := regexp.MustCompile("^" + regexp.QuoteMeta(onServer) + strings.Join(fixed, "[^/]+") + "$")
	return slices.ContainsFunc(slices.Collect(maps.Keys(found)), pattern.MatchString)
}

func TestEveryRequestIsExplainedAndAsserted(t *testing.T) {
	names := make(map[string]int)
	for _, folder := range collection(t).Item {
		require.NotEmpty(t, folder.Description, folder.Name)
	}
	for _, i := range requests(t) {
		names[i.Name]++
		require.NotEmpty(t, i.request(t).Description, "%s has no description", i.Name)
		require.Contains(t, i.script("test"), "pm.test(", "%s asserts nothing", i.Name)
	}
	for _, i := range requests(t) {
		again := strings.Contains(i.script("test"), "setNextRequest(pm.info.requestName)")
		require.False(t, again && names[i.Name] > 1, "%s is asked again by its name, which others have too", i.Name)
	}
}

// fixed finds what is so on one network only: heights, ports of nodes, ids and
// signatures that are not made of zeros.
var fixed = regexp.MustCompile(`/blocks/[0-9]|from=[0-9]|127\.0\.0\.1|:[0-9]{4}|[1-9a-f][0-9a-f]{31}|"sequence"`)

// The collection reads what it needs from answers, so that it runs on any network, and
// the second time too.
func TestNothingOfOneNetworkIsFixed(t *testing.T) {
	for _, i := range requests(t) {
		r := i.request(t)
		for _, text := range []string{r.URL.Raw, r.Body.Raw, i.script("prerequest"), i.script("test")} {
			require.Empty(t, fixed.FindString(text), "%s: %s", i.Name, text)
		}
	}
}

// The request that ends the network is passed over unless it is asked for.
func TestOnlyTheLastFolderEndsTheNetwork(t *testing.T) {
	folders := collection(t).Item
	for n, folder := range folders {
		ends := strings.Contains(folder.script("prerequest"), `if (pm.variables.get("end") !== "yes") pm.execution.skipRequest();`)
		require.Equal(t, n == len(folders)-1, ends, folder.Name)
		for _, i := range folder.Item {
			raw := i.request(t).URL.Raw
			require.False(t, !ends && (strings.HasSuffix(raw, "/shutdown") || strings.HasSuffix(raw, "/shutdown/all")), i.Name)
		}
	}
}

// RoundTrip answers with the example.
func (e example) RoundTrip(asked *http.Request) (*http.Response, error) {
	header := make(http.Header)
	for _, pair := range e.Header {
		header.Set(pair.Key, pair.Value)
	}
	return &http.Response{
		StatusCode: e.Code, Status: http.StatusText(e.Code), Header: header, Request: asked,
		Body: io.NopCloser(strings.NewReader(e.Body)),
	}, nil
}

// folders are where programs and people keep files, on any system.
var folders = regexp.MustCompile(`/(?:tmp|home|root|var|Users)/`)

// TestExamplesAreTrue holds the saved examples to the descriptions, to which all real
// answers are held. `scripts/postman/run --record` makes them anew.
func TestExamplesAreTrue(t *testing.T) {
	descriptions := make(map[string]*openapitest.Description)
	for server, text := range map[string][]byte{"{{manager}}": manager.Description, "{{node}}": server.Description} {
		description, err := openapitest.Parse(text)
		require.NoError(t, err)
		descriptions[server] = description
	}
	descriptions["{{other}}"] = descriptions["{{node}}"]
	for _, i := range requests(t) {
		require.NotEmpty(t, i.Response, "%s has no example", i.Name)
		for _, e := range i.Response {
			require.JSONEq(t, string(i.Request), string(e.OriginalRequest), "%s is no longer what its example answers", i.Name)
			require.NotRegexp(t, folders, e.Body, "%s tells where it was recorded", i.Name)
			r := i.request(t)
			host, path, _ := strings.Cut(r.URL.Raw, "/")
			transport := &openapitest.Transport{Description: descriptions[host], Next: e, Reporter: t, AnyRequest: true}
			asked, err := http.NewRequest(r.Method, "http://network.invalid/"+strings.NewReplacer("{{", "", "}}", "").Replace(path), nil)
			require.NoError(t, err)
			answer, err := transport.RoundTrip(asked)
			require.NoError(t, err)
			_, err = io.Copy(io.Discard, answer.Body)
			require.NoError(t, err)
			require.NoError(t, answer.Body.Close())
		}
	}
	if t.Failed() {
		t.Log("scripts/postman/run --record makes the examples anew")
	}
}
