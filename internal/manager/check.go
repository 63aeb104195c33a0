package manager

import (
	"context"
	"errors"
	"fmt"

	"networkmngr/internal/disk"
	"networkmngr/internal/launch"
	"networkmngr/internal/manager/folder"
	"networkmngr/internal/manager/ports"
)

// ErrCheck is wrapped by every error that is found before anything is started.
// Its text is for the person who can mend it.
var ErrCheck = errors.New("cannot start")

// check looks whether a network with these settings can stand here. All of its ports
// stay held. Its last act is to take the data folder.
func check(ctx context.Context, config Options, launcher launch.Launcher) (*ports.Held, *folder.Folder, error) {
	settings := config.Settings
	if err := settings.Validate(); err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrCheck, err)
	}
	if err := folder.CheckLoaded(settings.Data); settings.Data != "" && err != nil {
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

func checkFolders(ctx context.Context, config Options, starting []int, launcher launch.Launcher) (*folder.Folder, error) {
	settings := config.Settings
	if err := pageOf(settings).Check(); err != nil {
		return nil, fmt.Errorf("--dashboard %s: %w", settings.Dashboard, err)
	}
	if err := disk.CheckWritable(settings.Log.Folder); err != nil {
		return nil, fmt.Errorf("--logs %s: %w", settings.Log.Folder, err)
	}
	if settings.Data == "" {
		data, err := folder.OpenTemporary(launcher)
		if err == nil {
			data.Starting = starting
			err = data.Settle(ctx, config.Genesis)
		}
		if err != nil {
			return nil, fmt.Errorf("temporary data folder: %w", err)
		}
		return data, nil
	}
	data, err := folder.Open(settings.Data, launcher)
	if err != nil {
		return nil, fmt.Errorf("--data %s: %w", settings.Data, err)
	}
	data.Starting, data.Temporary = starting, config.Temporary
	if err := checkKept(ctx, config, data); err != nil {
		return nil, errors.Join(fmt.Errorf("--data %s: %w", settings.Data, err), data.Close())
	}
	return data, nil
}
