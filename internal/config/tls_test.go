package config

import (
	"net"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const aFingerprint = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

func TestTLSSettings(t *testing.T) {
	elsewhere(t)
	for _, row := range []struct {
		says string // empty for fine settings
		args []string
	}{
		{"", []string{"--tls"}},
		{"", []string{"--tls-cert=c", "--tls-key=k"}},
		{"want both, or neither", []string{"--tls", "--tls-cert=c"}},
		{"want both, or neither", []string{"--tls-key=k"}},
		{`allow-hosts "bücher.example": want the name as requests say it`, []string{"--allow-hosts", "localhost,bücher.example"}},
		{`advertise "bücher.example"`, []string{"--tls", "--advertise", "bücher.example"}},
		{"", []string{"--tls", "--allow-hosts", "xn--bcher-kva.example"}},
		{"", []string{"--fingerprint", aFingerprint + "," + strings.ToUpper(aFingerprint)}},
		{"fingerprint", []string{"--fingerprint", aFingerprint[7:]}},
		{"", []string{"--join", "https://192.0.2.7:4999", "--tls"}},
		{"want --tls too", []string{"--join", "https://192.0.2.7:4999"}},
		{"want the URL of a network that speaks TLS", []string{"--join", "http://192.0.2.7:4999", "--tls"}},
	} {
		_, err := loadManager(t, row.args...)
		if row.says == "" {
			require.NoError(t, err, row.args)
			continue
		}
		require.ErrorIs(t, err, ErrSetting, row.args)
		require.ErrorContains(t, err, row.says, row.args)
	}
}

// The nodes of a manager speak as it does, and show its certificate.
func TestNodesShowTheirManagersCertificate(t *testing.T) {
	elsewhere(t)
	m, err := loadManager(t, "--tls", "--fingerprint", aFingerprint)
	require.NoError(t, err)
	require.Equal(t, "https://127.0.0.1:4999", m.DefaultURL())
	pair, made, err := m.OpenCertificate(filepath.Join(t.TempDir(), "tls"))
	require.NoError(t, err)
	require.True(t, made)
	m.Data = "d"
	n, err := loadNode(t, Args(m.Node(5000).Named())...)
	require.NoError(t, err)
	require.Equal(t, []string{aFingerprint}, n.Fingerprints)
	shown, made, err := n.OpenCertificate("nowhere")
	require.NoError(t, err)
	require.False(t, made)
	require.Equal(t, pair.Fingerprint(), shown.Fingerprint())
	require.Equal(t, "https://192.0.2.7:1", n.Trust(shown).URL("192.0.2.7:1"))
}

// Without TLS nothing is made, and others are asked in plain HTTP.
func TestPlainHTTP(t *testing.T) {
	m := DefaultManager()
	pair, _, err := m.OpenCertificate("nowhere")
	require.NoError(t, err)
	require.Nil(t, pair)
	require.Equal(t, "http://192.0.2.7:1", m.Trust(pair).URL("192.0.2.7:1"))
}

// A certificate is for loopback, and all that the manager goes by; the addresses of an
// interface, which come and go, are beside.
func TestWhatIsCertified(t *testing.T) {
	local := []string{"localhost", "127.0.0.1", "::1"}
	for _, row := range []struct {
		common Common
		want   []string
	}{
		{Common{Host: "127.0.0.1"}, local},
		{Common{Host: "192.0.2.7", Advertise: "lab.example", Hosts: []string{"proxy:80", "lab.example"}}, append(local, "192.0.2.7", "proxy", "lab.example")},
		{Common{Host: "fe80::1%eth0"}, append(local, "fe80::1")},
		{Common{Host: "0.0.0.0"}, local},
	} {
		hosts, beside := row.common.certified()
		require.Equal(t, row.want, hosts)
		for _, ip := range beside {
			require.NotNil(t, net.ParseIP(ip))
		}
	}
}
