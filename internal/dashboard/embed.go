package dashboard

import (
	"embed"
	"io/fs"
	"sync"
)

// dist is what scripts/dashboard makes of the sources in web.
//
//go:embed dist
var dist embed.FS

// Built returns the page that is part of the program.
var Built = sync.OnceValue(func() *Page {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // the path is a constant
	}
	return &Page{files: files, ready: sync.OnceValue(func() map[string]*file { return packAll(files) })}
})

// packAll makes every file ready, as none will change. That is left to the first who asks
// for the page, as a network's start would wait for it.
func packAll(files fs.FS) map[string]*file {
	ready := make(map[string]*file)
	for name := range kinds {
		if content, err := fs.ReadFile(files, name); err == nil {
			ready[name] = pack(name, content)
		}
	}
	return ready
}
