package main

import (
	"fmt"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
)

const module = "networkmngr/"

// house maps a package's path within the module to what is known of it.
type house map[string]*room

// room is a package.
type room struct {
	synopsis string          // the first sentence of its doc comment
	imports  map[string]bool // packages of the house
	names    map[string]bool // see declared
}

// read reads the packages under folders, on every operating system at once, but
// for those that only tests import.
func read(folders ...string) (house, error) {
	h := make(house)
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			return h.add(path)
		})
		if err != nil {
			return nil, err
		}
	}
	for path, r := range h {
		if r.synopsis == "" {
			return nil, fmt.Errorf("package %s has no doc comment", path)
		}
	}
	return h, nil
}

// add reads one file.
func (h house) add(path string) error {
	folder := filepath.ToSlash(filepath.Dir(path))
	if isTestSupport(folder) {
		return nil
	}
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	r := h[folder]
	if r == nil {
		r = &room{imports: make(map[string]bool), names: make(map[string]bool)}
		h[folder] = r
	}
	if file.Doc != nil {
		r.synopsis = synopsis(file)
	}
	for _, name := range declared(file) {
		r.names[name] = true
	}
	for _, spec := range file.Imports {
		imported, ours := strings.CutPrefix(strings.Trim(spec.Path.Value, `"`), module)
		if ours && !isTestSupport(imported) {
			r.imports[imported] = true
		}
	}
	return nil
}

// isTestSupport is true for packages named as net/http/httptest is.
func isTestSupport(path string) bool { return strings.HasSuffix(path, "test") }

// synopsis is the first sentence of a package's doc comment without "Package
// name", or "Command name".
func synopsis(file *ast.File) string {
	sentence := new(doc.Package).Synopsis(file.Doc.Text())
	if words := strings.SplitN(sentence, " ", 3); len(words) == 3 {
		sentence = words[2]
	}
	return strings.TrimRight(sentence, ".:")
}
