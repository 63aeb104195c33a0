package command

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/config"
	"networkmngr/internal/core"
	"networkmngr/internal/mempool"
	"networkmngr/internal/record"
	"networkmngr/internal/terminal"
)

// A network writes down what its nodes are told, and that is played again.
func TestRecordedNetworkIsReplayed(t *testing.T) {
	data := t.TempDir()
	n := startNetwork(t, 3, "--record", "--data="+data)
	n.run("mine", "--rounds=2", "--min=0s", "--max=0s").fine()
	n.run("stop").fine()
	for i := range 3 {
		path := filepath.Join(config.NodeFolder(data, n.port+1+i), "record")
		words := execute(t, "replay", path).fine().stdout
		require.Regexp(t, `^the same \d+ effects of \d+ steps in .*s\n$`, words)
		form := decode[record.Result](t, execute(t, "replay", path, "--json").fine().stdout)
		require.Positive(t, form.Effects)
		require.Positive(t, form.Seconds)
		require.Nil(t, form.Difference)

		text, err := os.ReadFile(path)
		require.NoError(t, err)
		cut := filepath.Join(t.TempDir(), "cut")
		require.NoError(t, os.WriteFile(cut, text[:len(text)-1], 0o600))
		require.Contains(t, execute(t, "replay", cut).fine().stdout, "the recording's end is missing")
	}
}

func TestReplayOfWhatDiffers(t *testing.T) {
	genesis := chaintest.Genesis()
	view := chain.NewView(genesis, chain.DefaultLimits())
	pool := mempool.New(mempool.DefaultLimits(), view.Tip())
	made := core.Config{Protocol: core.DefaultProtocol(1), Genesis: genesis.Params.GenesisID}
	var text bytes.Buffer
	w, err := record.NewWriter(&text, chaintest.Now(), record.NewHeader("test/1", genesis, made, view, pool))
	require.NoError(t, err)
	w.Step(chaintest.Now(), core.Resolve{Number: 7}, []core.Effect{core.Answer{Number: 8}})
	require.NoError(t, w.Flush())
	path := filepath.Join(t.TempDir(), "record")
	require.NoError(t, os.WriteFile(path, text.Bytes(), 0o600))
	r := execute(t, "replay", path)
	r.ends(exitFailed, errDiffers.Error())
	require.Contains(t, r.stdout, "step 1 at ")
	require.Contains(t, r.stdout, "Resolve, effect 1 differs")
	require.Contains(t, r.stdout, "recorded by: test/1\n")
	require.Contains(t, r.stdout, "played by:   "+config.ThisVersion().String())
	require.Regexp(t, `recorded: Answer Number=8.*\n.*now: +Answer Number=7`, r.stdout)
	form := decode[record.Result](t, execute(t, "replay", path, "--json").stdout)
	require.Equal(t, "Resolve", form.Difference.Input)
}

func TestReplayOfNoRecording(t *testing.T) {
	path := filepath.Join(t.TempDir(), "text")
	require.NoError(t, os.WriteFile(path, []byte("of another kind"), 0o600))
	execute(t, "replay", path).ends(exitFailed, "not a recording that can be read")
	execute(t, "replay", path+"x").ends(exitMisuse, "no such file")
	execute(t, "replay").ends(exitMisuse, "want one: the file of a recording")
}

// A pipe would be waited for, with no end.
func TestReplayOfWhatIsNoFile(t *testing.T) {
	execute(t, "replay", t.TempDir()).ends(exitMisuse, "is not a regular file")
	execute(t, "replay", os.DevNull).ends(exitMisuse, "is not a regular file")
}

// A replay takes as long as its recording is; Ctrl-C ends it before.
func TestReplayIsInterrupted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "record")
	require.NoError(t, os.WriteFile(path, make([]byte, 1<<20), 0o600))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := replay(ctx, path, terminal.New(io.Discard, false))
	require.ErrorIs(t, err, context.Canceled)
}
