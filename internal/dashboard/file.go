package dashboard

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"strings"
)

// file is one file, ready to be sent.
type file struct {
	kind          string // media type
	plain, zipped form
}

// form is a file as it is sent.
type form struct {
	coding  string // as in Content-Encoding; empty for none
	tag     string // as in ETag: no two contents have the same
	content []byte
}

const gzipped = "gzip"

func pack(name string, content []byte) *file {
	digest := sha256.Sum256(content)
	return &file{
		kind:   kinds[name],
		plain:  form{tag: fmt.Sprintf(`"%x"`, digest), content: content},
		zipped: form{coding: gzipped, tag: fmt.Sprintf(`"%x-%s"`, digest, gzipped), content: zip(content)},
	}
}

func zip(content []byte) []byte {
	var small bytes.Buffer
	w, _ := gzip.NewWriterLevel(&small, gzip.BestCompression) // which is a level
	_, _ = w.Write(content)                                   // into memory
	_ = w.Close()
	return small.Bytes()
}

// as returns the form for a client that accepts codings as Accept-Encoding lists them.
func (f *file) as(accepted string) form {
	for one := range strings.SplitSeq(accepted, ",") {
		coding, weight, _ := strings.Cut(one, ";")
		if strings.EqualFold(strings.TrimSpace(coding), gzipped) && strings.TrimSpace(weight) != "q=0" {
			return f.zipped
		}
	}
	return f.plain
}

// has reports whether a client has the file of a tag, by its If-None-Match: a list of
// tags, which caches on the way may have marked as weak, or a star.
func has(match, tag string) bool {
	return match == "*" || strings.Contains(match, tag)
}
