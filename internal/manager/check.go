package manager

import (
	"context"
	"errors"
	"fmt"
	"os"

	"networkmngr/internal/disk"
	"networkmngr/internal/launch"
	"networkmngr/internal/manager/ports"
)

// ErrCheck is wrapped by every error that is found before anything is started.
// Its text is for the person who can mend it.
var ErrCheck = errors.New("cannot start")

// check looks whether a network with these settings can stand here. All of its ports
// stay held. Its last act is to take the data folder.
func check(ctx context.Context, config Options, launcher launch.Launcher) (*ports.Held, *folder, error) {
	settings := config.Settings
	if err := settings.Validate(); err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrCheck, err)
	}
	if err := halfLoaded(settings.Data); settings.Data != "" && err != nil {
		return nil, nil, fmt.Errorf("%w: --data %s: %w", ErrCheck, settings.Data, err)
	}
	starting, err := startingPorts(settings)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: --data %s: %w", ErrCheck, settings.Data, err)
	}
	held, err := ports.Hold(settings.Host, append([]int{settings.Port}, starting...)...)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrCheck, err)
	}
	data, err := checkFolders(ctx, config, starting, launcher)
	if err != nil {
		held.Free()
		return nil, nil, fmt.Errorf("%w: %w", ErrCheck, err)
	}
	return held, data, nil
}

func checkFolders(ctx context.Context, config Options, starting []int, launcher launch.Launcher) (*folder, error) {
	settings := config.Settings
	if err := pageOf(settings).Check(); err != nil {
		return nil, fmt.Errorf("--dashboard %s: %w", settings.Dashboard, err)
	}
	if err := writable(settings.Log.Folder); err != nil {
		return nil, fmt.Errorf("--logs %s: %w", settings.Log.Folder, err)
	}
	if settings.Data == "" {
		data, err := openTemporary(launcher)
		if err == nil {
			data.starting = starting
			err = data.settle(ctx, config.Genesis)
		}
		if err != nil {
			return nil, fmt.Errorf("temporary data folder: %w", err)
		}
		return data, nil
	}
	data, err := openFolder(settings.Data, launcher)
	if err != nil {
		return nil, fmt.Errorf("--data %s: %w", settings.Data, err)
	}
	data.starting, data.temporary = starting, config.Temporary
	if err := checkKept(ctx, config, data); err != nil {
		return nil, errors.Join(fmt.Errorf("--data %s: %w", settings.Data, err), data.close())
	}
	return data, nil
}

// writable makes the folder if need be, and a file in it for a moment.
func writable(path string) error {
	if err := disk.MakeFolder(path, 0o755); err != nil {
		return err
	}
	file, err := os.CreateTemp(path, ".writable-*")
	if err != nil {
		return err
	}
	return errors.Join(file.Close(), os.Remove(file.Name()))
}
