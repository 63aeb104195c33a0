package command

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/watch"
)

func TestFlagsOfATutorial(t *testing.T) {
	typed := []string{"-p", "5000", "-bf", "blocks", "-bt=block", "--peers=-bf"}
	require.Equal(t, []string{"-p", "5000", "--blocks", "blocks", "--block-template=block", "--peers=-bf"}, spelledOut(Node(), typed))
	require.Equal(t, "-bf", typed[2], "they are as they were")
	require.Equal(t, []string{"--blocks", "status", "-a", "2"}, spelledOut(Manager(watch.Show), []string{"-bf", "status", "-a", "2"}))
	require.Equal(t, []string{"config", "--blocks=x"}, spelledOut(Manager(watch.Show), []string{"config", "-bf=x"}))
}

// What only looks like a tutorial's flag stays as it was typed.
func TestNoFlagsOfATutorial(t *testing.T) {
	for _, typed := range [][]string{
		{"--logs", "-bf", "-a", "-bt"}, {"--", "-bf", "x"}, {"-bf5", "-x=-bf"},
		{"send", "alice", "bob", "3", "--data", "-bf"}, {"mining", "-bf", "3"},
	} {
		require.Equal(t, typed, spelledOut(Manager(watch.Show), typed))
	}
}

func TestHelpNamesTheFlagsOfATutorial(t *testing.T) {
	for flag, ours := range tutorialFlags {
		require.Contains(t, Node().Flags().Lookup(ours[2:]).Usage, flag)
		require.Contains(t, Manager(watch.Show).Flags().Lookup(ours[2:]).Usage, flag)
	}
}
