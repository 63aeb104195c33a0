package snapshot

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"
)

// sampleFiles are those of a small network, by path.
var sampleFiles = []struct{ path, content string }{
	{"genesis.json", `{"name":"sample"}`},
	{"kept/clock.json", `{}`},
	{"events/00000000000000000001.jsonl", "{\"offset\":1}\n"},
	{"nodes/0/pending.jsonl", ""},
	{"nodes/0/chain.db", strings.Repeat("chain of n0 ", 1000)},
	{"nodes/0/identity.pem", "key"},
	{"nodes/1/chain.db", strings.Repeat("chain of n1 ", 1000)},
}

func sampleManifest() Manifest {
	at := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	return Manifest{
		Format: 1, Software: "networkmngr/0.1.0", Name: "sample", Created: at, Time: at.Add(-time.Hour), Network: "sample",
		Genesis: strings.Repeat("0", 64), Lab: "0a1b2c3d", Offset: 1, Keys: true,
		Nodes: []Node{{ID: "aa", State: "running", Height: 7, Tip: "bb"}, {State: "down", Removed: true}},
	}
}

// write makes a snapshot with a section for the network and one for each node.
func write(t testing.TB, m Manifest) []byte {
	var sections []io.Reader
	for section := -1; section < len(m.Nodes); section++ {
		var text bytes.Buffer
		s, err := NewSection(&text)
		require.NoError(t, err)
		for _, f := range sampleFiles {
			if part, number, _ := Part(f.path); part != "nodes" && section < 0 || part == "nodes" && number == section {
				require.NoError(t, s.AddBytes(f.path, []byte(f.content)))
			}
		}
		files, err := s.Close()
		require.NoError(t, err)
		m.Files = append(m.Files, files...)
		sections = append(sections, &text)
	}
	var whole bytes.Buffer
	require.NoError(t, Write(&whole, m, sections...))
	return whole.Bytes()
}

// read reads all of a snapshot, or returns the first error.
func read(text []byte, limits Limits) (*Manifest, map[string]string, error) {
	r, err := Read(bytes.NewReader(text), limits)
	if err != nil {
		return nil, nil, err
	}
	defer r.Close()
	files := make(map[string]string)
	for {
		f, from, err := r.Next()
		if errors.Is(err, io.EOF) {
			return r.Manifest, files, nil
		}
		if err != nil {
			return nil, nil, err
		}
		content, err := io.ReadAll(from)
		if err != nil {
			return nil, nil, err
		}
		files[f.Path] = string(content)
	}
}

func requireSample(t *testing.T, text []byte) {
	t.Helper()
	m, files, err := read(text, DefaultLimits())
	require.NoError(t, err)
	require.Len(t, files, len(sampleFiles))
	for _, f := range sampleFiles {
		require.Equal(t, f.content, files[f.path], f.path)
	}
	listed := m.Files
	m.Files = nil
	require.Equal(t, sampleManifest(), *m)
	m.Files = listed
	require.Len(t, m.FilesOf(0), 3)
	require.Len(t, m.FilesOf(1), 1)
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	text := write(t, sampleManifest())
	requireSample(t, text)
	require.Equal(t, text, write(t, sampleManifest()), "equal networks have equal snapshots")
}

const sampleOfFormat1 = "testdata/format-1.nmlab"

// What was written in a format of the past is read for ever, byte for byte.
func TestTheSampleOfFormat1(t *testing.T) {
	if os.Getenv("SNAPSHOT_SAMPLE") != "" { // only for a new format
		require.NoError(t, os.WriteFile(sampleOfFormat1, write(t, sampleManifest()), 0o644))
	}
	text, err := os.ReadFile(sampleOfFormat1)
	require.NoError(t, err)
	requireSample(t, text)
}

// Each file that is not read is checked all the same.
func TestFilesThatAreReadOver(t *testing.T) {
	r, err := Read(bytes.NewReader(write(t, sampleManifest())), DefaultLimits())
	require.NoError(t, err)
	defer r.Close()
	for range sampleFiles {
		_, _, err := r.Next()
		require.NoError(t, err)
	}
	_, _, err = r.Next()
	require.ErrorIs(t, err, io.EOF)
}

// rewrite is a snapshot with another manifest and other entries.
func rewrite(t *testing.T, manifest any, entries ...*tar.Header) []byte {
	text, err := json.Marshal(manifest)
	require.NoError(t, err)
	var whole bytes.Buffer
	packed, err := zstd.NewWriter(&whole, zstd.WithWindowSize(window))
	require.NoError(t, err)
	out := tar.NewWriter(packed)
	put := func(h *tar.Header, content []byte) {
		require.NoError(t, out.WriteHeader(h))
		_, err := out.Write(content)
		require.NoError(t, err)
	}
	put(header(manifestFile, int64(len(text))), text)
	for _, e := range entries {
		put(e, make([]byte, e.Size))
	}
	require.NoError(t, out.Close())
	require.NoError(t, packed.Close())
	return whole.Bytes()
}

func TestManifestsThatAreRefused(t *testing.T) {
	small := Limits{Bytes: 100, Files: 3, Nodes: 2}
	genesis := File{Path: "genesis.json"}
	with := func(files ...File) Manifest {
		m := sampleManifest()
		m.Files = files
		return m
	}
	future := sampleManifest()
	future.Format, future.Software = 2, "networkmngr/9.9.9"
	many := with(genesis)
	many.Nodes = make([]Node, 3)
	for name, c := range map[string]struct {
		manifest any
		want     error
		part     string
	}{
		"another format":    {future, ErrFormat, "2, written by networkmngr/9.9.9; this program reads format 1"},
		"no manifest":       {[]int{1}, ErrDamaged, "manifest"},
		"unknown key":       {map[string]any{"format": 1, "extra": 1}, ErrDamaged, `unknown key "extra"`},
		"no genesis":        {with(), ErrDamaged, "there is no genesis.json"},
		"a path up":         {with(genesis, File{Path: "nodes/0/../../x"}), ErrDamaged, "no path of a snapshot"},
		"an absolute path":  {with(genesis, File{Path: "/etc/passwd"}), ErrDamaged, "no path of a snapshot"},
		"another file":      {with(genesis, File{Path: "nodes/0/chain.db.new"}), ErrDamaged, "no path of a snapshot"},
		"no such node":      {with(genesis, File{Path: "nodes/2/chain.db"}), ErrDamaged, "none of the 2 nodes"},
		"a file twice":      {with(genesis, genesis), ErrDamaged, "twice"},
		"a negative size":   {with(File{Path: "genesis.json", Size: -1}), ErrDamaged, "-1 bytes"},
		"many bytes":        {with(genesis, File{Path: "nodes/0/chain.db", Size: 60}, File{Path: "nodes/1/chain.db", Size: 60}), ErrLimit, "100"},
		"bytes that wrap":   {with(genesis, File{Path: "nodes/0/chain.db", Size: 1<<63 - 1}, File{Path: "nodes/1/chain.db", Size: 1<<63 - 1}), ErrLimit, "100"},
		"a large key":       {with(genesis, File{Path: "nodes/0/identity.pem", Size: maxWhole + 1}), ErrLimit, "identity.pem has 16777217 bytes"},
		"many files":        {with(make([]File, 4)...), ErrLimit, "4 files"},
		"many nodes":        {many, ErrLimit, "3 nodes"},
		"a path with ports": {with(genesis, File{Path: "node-5000/chain.db"}), ErrDamaged, "no path of a snapshot"},
	} {
		_, _, err := read(rewrite(t, c.manifest), small)
		require.ErrorIs(t, err, c.want, name)
		require.ErrorContains(t, err, c.part, name)
	}
}

func TestEntriesThatAreRefused(t *testing.T) {
	const none = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" // the sum of nothing
	m := sampleManifest()
	m.Files = []File{{Path: "genesis.json", SHA256: none}}
	good := header("genesis.json", 0)
	_, _, err := read(rewrite(t, m, good), DefaultLimits())
	require.NoError(t, err)
	link := header("genesis.json", 0)
	link.Typeflag, link.Linkname = tar.TypeSymlink, "/etc/passwd"
	for name, entries := range map[string][]*tar.Header{
		"none": {}, "another": {header("kept/clock.json", 0)}, "a link": {link}, "one more": {good, header("kept/clock.json", 0)},
		"longer": {header("genesis.json", 1)}, "a folder": {{Typeflag: tar.TypeDir, Name: "genesis.json", Mode: 0o700}},
	} {
		_, _, err := read(rewrite(t, m, entries...), DefaultLimits())
		require.ErrorIs(t, err, ErrDamaged, name)
	}
	_, _, err = read(rewrite(t, m, link), DefaultLimits())
	require.ErrorContains(t, err, `"genesis.json" is no regular file, want genesis.json`)
	m.Files[0].SHA256 = strings.Repeat("0", 64)
	_, _, err = read(rewrite(t, m, good), DefaultLimits())
	require.ErrorContains(t, err, "the sum of genesis.json is not that of the manifest")
}

// A file that grows beyond all measure as it is unpacked costs its reader nothing: the
// manifest says what is taken, and nothing beyond is.
func TestABombIsRefusedBeforeItGrows(t *testing.T) {
	m := sampleManifest()
	m.Files = []File{{Path: "genesis.json", Size: 10}}
	bomb := rewrite(t, m, header("genesis.json", 64<<20))
	require.Less(t, len(bomb), 64<<10)
	_, _, err := read(bomb, DefaultLimits())
	require.ErrorContains(t, err, "want genesis.json of 10")
	var huge bytes.Buffer
	packed, err := zstd.NewWriter(&huge)
	require.NoError(t, err)
	out := tar.NewWriter(packed)
	require.NoError(t, out.WriteHeader(header(manifestFile, maxManifest+1)))
	require.NoError(t, packed.Close())
	_, err = Read(&huge, DefaultLimits())
	require.ErrorIs(t, err, ErrLimit)
}

// Whatever happens to a byte, and wherever a file is cut short, it is noticed.
func TestDamageIsNoticed(t *testing.T) {
	seed := rand.Uint64()
	t.Log("seed", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	whole := write(t, sampleManifest())
	for range 300 {
		text := slices.Clone(whole)
		at := random.IntN(len(text))
		text[at] ^= byte(1 + random.IntN(255))
		if m, files, err := read(text, DefaultLimits()); err == nil { // a bit of no meaning
			require.Len(t, files, len(sampleFiles))
			require.Equal(t, sampleManifest().Network, m.Network)
			for _, f := range sampleFiles {
				require.Equal(t, f.content, files[f.path], "byte %d", at)
			}
		}
		_, _, err := read(whole[:random.IntN(len(whole))], DefaultLimits())
		require.Error(t, err)
	}
	var last bytes.Buffer
	require.NoError(t, end(&last))
	for cut := range last.Len() { // the files are whole, the archive is not
		_, _, err := read(whole[:len(whole)-1-cut], DefaultLimits())
		require.ErrorIs(t, err, ErrDamaged, "%d bytes short", cut+1)
	}
	_, _, err := read(append(slices.Clone(whole), whole...), DefaultLimits())
	require.ErrorContains(t, err, "something follows its end")
	_, _, err = read([]byte("PK\x03\x04"), DefaultLimits())
	require.ErrorIs(t, err, ErrDamaged)
}

func TestSectionsTakeOnlyWhatASnapshotHas(t *testing.T) {
	s, err := NewSection(io.Discard)
	require.NoError(t, err)
	require.ErrorIs(t, s.AddBytes("../x", nil), ErrDamaged)
	require.ErrorIs(t, s.Add("genesis.json", 5, strings.NewReader("abc")), io.EOF)
}

func FuzzRead(f *testing.F) {
	f.Add(write(f, sampleManifest()))
	f.Fuzz(func(_ *testing.T, text []byte) {
		_, _, _ = read(text, Limits{Bytes: 1 << 20, Files: 100, Nodes: 10})
	})
}
