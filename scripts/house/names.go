package main

import (
	"errors"
	"fmt"
	"go/ast"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
)

// guides name packages' files and declarations in backquotes, none of which may
// be gone.
var guides = []string{guide, "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "internal/GLOSSARY.md"}

var (
	quotedName = regexp.MustCompile("`([a-z]+)\\.([A-Z]\\w*(?:\\.[A-Z]\\w*)?)`")
	quotedPath = regexp.MustCompile("`((?:internal|scripts|cmd)/[\\w./-]+)`")
)

// declared lists what a file declares at its top level, with methods and fields
// as Type.Name.
func declared(file *ast.File) (names []string) {
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			names = append(names, receiver(d)+d.Name.Name)
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				names = append(names, specified(spec)...)
			}
		}
	}
	return names
}

// receiver is "Type." for a method, and empty for a function.
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return ""
	}
	of := d.Recv.List[0].Type
	if pointer, ok := of.(*ast.StarExpr); ok {
		of = pointer.X
	}
	switch generic := of.(type) {
	case *ast.IndexExpr:
		of = generic.X
	case *ast.IndexListExpr:
		of = generic.X
	}
	return of.(*ast.Ident).Name + "."
}

func specified(spec ast.Spec) (names []string) {
	switch s := spec.(type) {
	case *ast.TypeSpec:
		names = append(names, s.Name.Name)
		if form, ok := s.Type.(*ast.StructType); ok {
			for _, field := range form.Fields.List {
				for _, name := range field.Names {
					names = append(names, s.Name.Name+"."+name.Name)
				}
			}
		}
	case *ast.ValueSpec:
		for _, name := range s.Names {
			names = append(names, name.Name)
		}
	}
	return names
}

// checkNames returns an error that lists what the guides name and is not there.
func (h house) checkNames() error {
	var gone []error
	for _, guide := range guides {
		text, err := os.ReadFile(guide)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		for _, name := range quotedName.FindAllStringSubmatch(string(text), -1) {
			if known, declares := h.declares(name[1], name[2]); known && !declares {
				gone = append(gone, fmt.Errorf("%s names %s, which is gone", guide, name[0]))
			}
		}
		for _, file := range quotedPath.FindAllStringSubmatch(string(text), -1) {
			if _, err := os.Stat(file[1]); err != nil {
				gone = append(gone, fmt.Errorf("%s names %s, which is gone", guide, file[0]))
			}
		}
	}
	return errors.Join(gone...)
}

// declares reports whether there are packages with this last name, and whether
// one of them declares that.
func (h house) declares(last, name string) (known, declares bool) {
	for folder, r := range h {
		if strings.HasPrefix(folder, "internal/") && path.Base(folder) == last {
			known = true
			declares = declares || r.names[name]
		}
	}
	return known, declares
}
