package daemon

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"

	"github.com/hashicorp/go-hclog"
	"golang.org/x/sync/errgroup"

	"networkmngr/internal/bootstrap"
	"networkmngr/internal/config"
	"networkmngr/internal/disk"
	"networkmngr/internal/httpserver/guard"
	"networkmngr/internal/launch/process"
	"networkmngr/internal/logging"
)

// lockFile keeps two bootstrap nodes from one folder.
const lockFile = "bootstrap.lock"

// RunBootstrap runs a bootstrap node until ctx ends or a request shuts it down. An error
// that the user can mend is a [config.ErrSetting].
func RunBootstrap(ctx context.Context, settings config.NodeSettings) error {
	listener, err := process.Listen(net.JoinHostPort(settings.Host, strconv.Itoa(settings.Port)))
	if err != nil {
		return config.Misuse(fmt.Errorf("port %d: %w", settings.Port, err))
	}
	defer listener.Close()
	name := fmt.Sprintf("bootstrap-%d", listener.Addr().(*net.TCPAddr).Port)
	settings.Log.Terminal = os.Stderr
	log, closer, err := logging.Open(settings.Log, name+".log", name)
	if err != nil {
		return config.Misuse(fmt.Errorf("--logs %s: %w", settings.Log.Folder, err))
	}
	defer closer.Close()
	logging.Begin(log, config.Software)
	lock, err := lockFolder(settings.Data)
	if err != nil {
		return config.Misuse(fmt.Errorf("data folder %s: %w", settings.Data, err))
	}
	defer lock()
	pair, err := openCertificate(&settings, log)
	if err != nil {
		return config.Misuse(err)
	}
	limits, err := bootstrapLimits(settings)
	if err != nil {
		return config.Misuse(err)
	}
	service := bootstrap.Open(bootstrap.Options{Limits: limits, TLS: pair != nil, Folder: settings.Data, Logger: log})
	log.Info("bootstrap node started", "address", settings.Advertised(listener.Addr().(*net.TCPAddr)), "nodes", service.Count(), "data", settings.Data)
	why, err := serveBootstrap(ctx, settings, service, pair.Listen(listener), log)
	log.Info("bootstrap node stopped", "why", errors.Join(err, why))
	return err
}

// serveBootstrap answers requests until ctx ends, or a request shuts the bootstrap node
// down: why says which.
func serveBootstrap(ctx context.Context, settings config.NodeSettings, service *bootstrap.Service, listener net.Listener, log hclog.Logger) (why, err error) {
	ctx, shutdown := context.WithCancelCause(ctx)
	defer shutdown(nil)
	server := bootstrap.NewServer(bootstrap.ServerOptions{
		Guard:    guard.Guard{Hosts: settings.Names(), Origins: settings.Origins},
		Software: config.Software, Shutdown: func() { shutdown(errShutdown) }, Logger: log.Named("http"),
	}, service)
	group, serving := errgroup.WithContext(ctx)
	group.Go(func() error { return service.Run(serving) })
	group.Go(func() error { return server.Serve(serving, listener) })
	err = group.Wait()
	return context.Cause(ctx), err
}

// bootstrapLimits are the usual ones, with groups as the settings want them.
func bootstrapLimits(settings config.NodeSettings) (limits bootstrap.Limits, err error) {
	limits = bootstrap.DefaultLimits()
	if limits.Grouping, err = settings.Grouping(); err == nil && limits.Grouping.Members > 0 {
		limits.PerGroup = limits.Grouping.Members
	}
	return limits, err
}

// lockFolder makes the folder if need be, and holds it for this process until unlock.
func lockFolder(folder string) (unlock func(), err error) {
	if err := disk.MakeFolder(folder, 0o755); err != nil {
		return nil, err
	}
	lock, err := disk.Lock(filepath.Join(folder, lockFile))
	if err != nil {
		return nil, err
	}
	return func() { _ = lock.Close() }, nil // the process ends
}
