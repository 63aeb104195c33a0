// Package dashboard serves the page that shows a network in a browser: a file of HTML, script
// in parts, one of style and an icon, which ask for nothing that this server does not have.
package dashboard

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/httpserver"
)

// index is the page itself; the other files are its parts.
const index = "index.html"

const script = "text/javascript; charset=utf-8"

// kinds are the files that there may be, and their types.
var kinds = map[string]string{
	index:         "text/html; charset=utf-8",
	"app.js":      script,
	"chunk.js":    script,
	"rest.js":     script,
	"app.css":     "text/css; charset=utf-8",
	"icon.svg":    "image/svg+xml",
	"notices.txt": "text/plain; charset=utf-8",
}

// Page is the page with its parts.
type Page struct {
	files fs.FS
	ready func() map[string]*file // by name; nil for files that may change
}

// From returns the page whose files are in a folder, each read anew when it is asked for:
// for who works on it.
func From(folder fs.FS) *Page { return &Page{files: folder} }

// Check returns an error if there is no page. It is that of the file system.
func (p *Page) Check() error {
	_, err := fs.Stat(p.files, index)
	return err
}

// Routes are those of the page and of its parts.
func (p *Page) Routes() []httpserver.Route {
	return []httpserver.Route{
		{Methods: httpserver.Get, Path: "/dashboard", Handle: p.Answer},
		{Methods: httpserver.Get, Path: "/dashboard/:file", Handle: func(c *gin.Context) error { return p.answer(c, c.Param("file")) }},
	}
}

// Wanted reports whether a client rather takes a page than JSON, as browsers do, and not
// JSON that is to be pretty.
func Wanted(c *gin.Context) bool {
	_, pretty := c.GetQuery("pretty")
	return !pretty && c.NegotiateFormat(gin.MIMEJSON, gin.MIMEHTML) == gin.MIMEHTML
}

// Answer answers with the page. The error wraps httpserver.ErrNotFound if there is none, or
// is that of the file system.
func (p *Page) Answer(c *gin.Context) error { return p.answer(c, index) }

func (p *Page) answer(c *gin.Context, name string) error {
	f, err := p.file(name)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: the page has no file %.128q", httpserver.ErrNotFound, name)
	}
	if err != nil {
		return err
	}
	return f.send(c)
}

// file returns the file of a name. The error is that of the file system.
func (p *Page) file(name string) (*file, error) {
	if p.ready != nil {
		if f, found := p.ready()[name]; found {
			return f, nil
		}
		return nil, fs.ErrNotExist
	}
	if _, known := kinds[name]; !known {
		return nil, fs.ErrNotExist
	}
	content, err := fs.ReadFile(p.files, name)
	if err != nil {
		return nil, err
	}
	return pack(name, content), nil
}

// policy lets the page use what this server has, and no page show this one as a part
// of its own.
const policy = "default-src 'self'; base-uri 'none'; form-action 'none'; object-src 'none'; frame-ancestors 'none'"

// send answers with the file, or tells that the client has it.
func (f *file) send(c *gin.Context) error {
	header := c.Writer.Header()
	header.Set("Content-Security-Policy", policy)
	header.Set("Referrer-Policy", "same-origin")
	header.Set("Cache-Control", "no-cache") // ask each time whether it is still this one
	header.Add("Vary", "Accept-Encoding")
	sent := f.as(c.GetHeader("Accept-Encoding"))
	header.Set("ETag", sent.tag)
	if has(c.GetHeader("If-None-Match"), sent.tag) {
		c.Status(http.StatusNotModified)
		c.Writer.WriteHeaderNow()
		return nil
	}
	header.Set("Content-Type", f.kind)
	if sent.coding != "" {
		header.Set("Content-Encoding", sent.coding)
	}
	header.Set("Content-Length", fmt.Sprint(len(sent.content)))
	_, err := httpserver.TimedWriter{Context: c}.Write(sent.content)
	return err
}
