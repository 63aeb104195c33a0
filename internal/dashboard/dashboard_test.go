package dashboard_test

import (
	"compress/gzip"
	"context"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/gin-gonic/gin"
	"github.com/hashicorp/go-hclog"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/dashboard"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// serve runs a server that has the page's routes, and one that tells what it would
// answer with.
func serve(t *testing.T, page *dashboard.Page) (base string) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	wanted := func(c *gin.Context) error { return httpserver.Answer(c, http.StatusOK, dashboard.Wanted(c)) }
	server := httpserver.New(httpserver.Options{
		Routes: append(page.Routes(), httpserver.Route{Methods: httpserver.Get, Path: "/wanted", Handle: wanted}),
		Logger: hclog.NewNullLogger(), Refuse: func(error) *api.Error { return nil },
	})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- server.Serve(ctx, listener) }()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-done)
	})
	return "http://" + listener.Addr().String()
}

// ask sends a request, and returns the answer and its body as it came.
func ask(t *testing.T, method, url string, header ...string) (*http.Response, string) {
	request, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	require.NoError(t, err)
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DisableCompression: true}}
	response, err := client.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response, string(body)
}

// files are those of a page.
var files = map[string]string{
	"index.html": "<!doctype html>", "app.js": "let here = 1", "chunk.js": "let all = 2", "rest.js": "let rest = 3", "app.css": "p { color: red }", "icon.svg": "<svg/>", "notices.txt": "MIT",
}

func folder() fs.FS {
	made := fstest.MapFS{"secret": {Data: []byte("s3cret")}}
	for name, content := range files {
		made[name] = &fstest.MapFile{Data: []byte(content)}
	}
	return made
}

func TestThePageAndItsParts(t *testing.T) {
	base := serve(t, dashboard.From(folder()))
	for path, want := range map[string]struct{ file, kind string }{
		"/dashboard": {"index.html", "text/html; charset=utf-8"}, "/dashboard/": {"index.html", "text/html; charset=utf-8"},
		"/dashboard/index.html":  {"index.html", "text/html; charset=utf-8"},
		"/dashboard/app.js":      {"app.js", "text/javascript; charset=utf-8"},
		"/dashboard/chunk.js":    {"chunk.js", "text/javascript; charset=utf-8"},
		"/dashboard/rest.js":     {"rest.js", "text/javascript; charset=utf-8"},
		"/dashboard/app.css":     {"app.css", "text/css; charset=utf-8"},
		"/dashboard/icon.svg":    {"icon.svg", "image/svg+xml"},
		"/dashboard/notices.txt": {"notices.txt", "text/plain; charset=utf-8"},
	} {
		answer, body := ask(t, http.MethodGet, base+path)
		require.Equal(t, http.StatusOK, answer.StatusCode, path)
		require.Equal(t, files[want.file], body, path)
		require.Equal(t, want.kind, answer.Header.Get("Content-Type"), path)
		require.Equal(t, "no-cache", answer.Header.Get("Cache-Control"), path)
		require.Equal(t, "nosniff", answer.Header.Get("X-Content-Type-Options"), path)
		require.Equal(t, "same-origin", answer.Header.Get("Referrer-Policy"), path)
		require.Contains(t, answer.Header.Get("Content-Security-Policy"), "default-src 'self'", path)
		require.Contains(t, answer.Header.Get("Content-Security-Policy"), "frame-ancestors 'none'", path)
		require.NotContains(t, answer.Header.Get("Content-Security-Policy"), "unsafe", path)
	}
}

func TestNoOtherFile(t *testing.T) {
	for _, page := range []*dashboard.Page{dashboard.From(folder()), dashboard.Built()} {
		base := serve(t, page)
		for _, name := range []string{"secret", "other.js", "..%2fembed.go", "..", "app.js%00", "dist"} {
			answer, _ := ask(t, http.MethodGet, base+"/dashboard/"+name)
			require.Equal(t, http.StatusNotFound, answer.StatusCode, name)
		}
	}
}

// A browser that has a file is told so, however it got the file, and gets it anew once it
// is another one.
func TestAFileIsSentOnce(t *testing.T) {
	path := t.TempDir()
	write := func(content string) {
		require.NoError(t, os.WriteFile(filepath.Join(path, "app.js"), []byte(content), 0o600))
	}
	write("first")
	base := serve(t, dashboard.From(os.DirFS(path)))
	for _, accepted := range []string{"", "gzip"} {
		write("first")
		answer, _ := ask(t, http.MethodGet, base+"/dashboard/app.js", "Accept-Encoding", accepted)
		tag := answer.Header.Get("ETag")
		require.NotEmpty(t, tag)
		for _, match := range []string{tag, "W/" + tag, `"other", ` + tag, "*"} {
			answer, body := ask(t, http.MethodGet, base+"/dashboard/app.js", "Accept-Encoding", accepted, "If-None-Match", match)
			require.Equal(t, http.StatusNotModified, answer.StatusCode, match)
			require.Equal(t, tag, answer.Header.Get("ETag"))
			require.Empty(t, body)
		}
		write("second")
		answer, _ = ask(t, http.MethodGet, base+"/dashboard/app.js", "Accept-Encoding", accepted, "If-None-Match", tag)
		require.Equal(t, http.StatusOK, answer.StatusCode)
		require.NotEqual(t, tag, answer.Header.Get("ETag"))
	}
}

func TestCompressed(t *testing.T) {
	base := serve(t, dashboard.Built())
	plain, content := ask(t, http.MethodGet, base+"/dashboard")
	require.Empty(t, plain.Header.Get("Content-Encoding"))
	for accepted, want := range map[string]bool{"gzip": true, "deflate, GZIP;q=0.5": true, "br, gzip": true, "gzip;q=0": false, "br": false, "xgzip": false} {
		answer, body := ask(t, http.MethodGet, base+"/dashboard", "Accept-Encoding", accepted)
		require.Contains(t, answer.Header.Values("Vary"), "Accept-Encoding")
		require.Equal(t, want, answer.Header.Get("Content-Encoding") == "gzip", accepted)
		require.Equal(t, want, answer.Header.Get("ETag") != plain.Header.Get("ETag"), accepted)
		require.EqualValues(t, len(body), answer.ContentLength)
		if want {
			unzipped, err := gzip.NewReader(strings.NewReader(body))
			require.NoError(t, err)
			text, err := io.ReadAll(unzipped)
			require.NoError(t, err)
			body = string(text)
		}
		require.Equal(t, content, body, accepted)
	}
}

func TestHead(t *testing.T) {
	base := serve(t, dashboard.Built())
	whole, body := ask(t, http.MethodGet, base+"/dashboard")
	head, nothing := ask(t, http.MethodHead, base+"/dashboard")
	require.Empty(t, nothing)
	require.EqualValues(t, len(body), head.ContentLength)
	require.Equal(t, whole.Header.Get("ETag"), head.Header.Get("ETag"))
}

// What is built in is whole: the page asks for no file that is not there.
func TestThePageThatIsBuiltIn(t *testing.T) {
	require.NoError(t, dashboard.Built().Check())
	base := serve(t, dashboard.Built())
	for name := range files {
		answer, _ := ask(t, http.MethodGet, base+"/dashboard/"+name)
		require.Equal(t, http.StatusOK, answer.StatusCode, name)
	}
}

func TestAFolderWithoutAPage(t *testing.T) {
	require.ErrorIs(t, dashboard.From(fstest.MapFS{}).Check(), fs.ErrNotExist)
	require.NoError(t, dashboard.From(folder()).Check())
}

// A browser wants the page, a program JSON.
func TestWhoWantsThePage(t *testing.T) {
	base := serve(t, dashboard.Built())
	const firefox = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
	const chromium = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7"
	for _, row := range []struct{ accept, query, want string }{
		{firefox, "", "true"}, {chromium, "", "true"}, {"text/html", "", "true"},
		{"", "", "false"}, {"*/*", "", "false"}, {"application/json", "", "false"}, {"application/*", "", "false"},
		{"application/json, text/plain, */*", "", "false"}, {"application/json, text/html", "", "false"}, {"text/plain", "", "false"},
		{firefox, "?pretty", "false"}, {firefox, "?pretty=true", "false"},
	} {
		_, body := ask(t, http.MethodGet, base+"/wanted"+row.query, "Accept", row.accept)
		require.Equal(t, row.want, strings.TrimSpace(body), row)
	}
}
