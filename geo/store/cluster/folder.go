package cluster

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// account is a user of this machine.
type account struct {
	uid, gid int
	name     string
}

// folder is a data folder with absolute, symlink-free paths.
type folder struct {
	root  string
	owner account // of root
	runAs account // of pg, log and sock; PostgreSQL refuses to run as root
}

func (f folder) pg() string  { return filepath.Join(f.root, "pg") }
func (f folder) log() string { return filepath.Join(f.root, "log") }

// prepareFolder creates the data folder where it does not exist and settles who runs the cluster.
// PostgreSQL's own folders are made later, under the start lock.
func prepareFolder(dataDir string) (folder, error) {
	if dataDir == "" {
		return folder{}, errors.New("no data folder given")
	}
	abs, err := filepath.Abs(dataDir)
	if err != nil {
		return folder{}, fmt.Errorf("data folder: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(abs), 0o755); err != nil {
		return folder{}, fmt.Errorf("data folder: %w", err)
	}
	mode := os.FileMode(0o700)
	if os.Geteuid() == 0 {
		mode = 0o711 // the cluster's user must get through to pg, and to nothing else
	}
	if err := os.Mkdir(abs, mode); err != nil && !errors.Is(err, os.ErrExist) {
		return folder{}, fmt.Errorf("data folder: %w", err)
	}
	root, err := filepath.EvalSymlinks(abs)
	if err != nil {
		return folder{}, fmt.Errorf("data folder: %w", err)
	}
	f := folder{root: root}
	if f.owner, err = checkRoot(root); err != nil {
		return folder{}, err
	}
	if f.runAs, err = clusterUser(f); err != nil {
		return folder{}, err
	}
	if f.runAs.uid != os.Geteuid() {
		if err := traversable(root, f.runAs); err != nil {
			return folder{}, err
		}
	}
	return f, nil
}

// checkRoot refuses a folder that another user could have laid out for us.
func checkRoot(root string) (account, error) {
	info, err := os.Stat(root)
	if err != nil {
		return account{}, fmt.Errorf("data folder: %w", err)
	}
	if !info.IsDir() {
		return account{}, fmt.Errorf("the data folder %s is not a folder", root)
	}
	owner := ownerOf(info)
	if me := os.Geteuid(); me != 0 && owner.uid != me {
		return account{}, fmt.Errorf("the data folder %s belongs to %s; run patok as %s or as root, or give another --data-dir", root, owner.name, owner.name)
	}
	if info.Mode().Perm()&0o022 != 0 {
		return account{}, fmt.Errorf("the data folder %s can be written by others (mode %#o); run: chmod go-w %s", root, info.Mode().Perm(), root)
	}
	return owner, nil
}

// clusterUser is whoever owns the cluster already; for a new one ourselves, or as root an unprivileged user.
func clusterUser(f folder) (account, error) {
	if info, err := os.Lstat(f.pg()); err == nil {
		if owner := ownerOf(info); owner.uid != 0 {
			return owner, nil
		}
	}
	if os.Geteuid() != 0 {
		return account{uid: os.Geteuid(), gid: os.Getegid(), name: userName(os.Geteuid())}, nil
	}
	if f.owner.uid != 0 {
		return f.owner, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, errUID := strconv.Atoi(u.Uid)
		gid, errGID := strconv.Atoi(u.Gid)
		if errUID == nil && errGID == nil && uid != 0 {
			return account{uid: uid, gid: gid, name: name}, nil
		}
	}
	return account{}, errors.New("PostgreSQL refuses to run as root, and this machine has neither a user postgres nor a user nobody; run patok as another user")
}

// traversable returns an error that names the first folder which keeps the user out of root.
func traversable(root string, who account) error {
	path := "/"
	for _, part := range append([]string{""}, strings.Split(strings.Trim(root, "/"), "/")...) {
		path = filepath.Join(path, part)
		info, err := os.Stat(path)
		if err != nil {
			return fmt.Errorf("data folder: %w", err)
		}
		owner, perm := ownerOf(info), info.Mode().Perm()
		open := perm&0o001 != 0
		switch {
		case owner.uid == who.uid:
			open = perm&0o100 != 0
		case owner.gid == who.gid:
			open = perm&0o010 != 0
		}
		if !open {
			return fmt.Errorf("PostgreSQL runs as the user %s, who may not enter %s (mode %#o); give a --data-dir elsewhere, such as /var/lib/patok, or run: chmod o+x %s",
				who.name, path, perm, path)
		}
	}
	return nil
}

// ownFolder makes one private folder of the cluster's user, or checks the one that is there.
func ownFolder(path string, who account) error {
	err := os.Mkdir(path, 0o700)
	if err == nil {
		if os.Geteuid() != who.uid {
			err = os.Lchown(path, who.uid, who.gid)
		}
		return err
	}
	if !errors.Is(err, os.ErrExist) {
		return err
	}
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	owner := ownerOf(info)
	switch {
	case !info.IsDir():
		return fmt.Errorf("%s is not a folder", path)
	case owner.uid == 0 && os.Geteuid() == 0 && who.uid != 0:
		// Left by a process killed between mkdir and chown.
		return os.Lchown(path, who.uid, who.gid)
	case owner.uid != who.uid:
		return fmt.Errorf("%s belongs to %s, not to %s; remove it", path, owner.name, who.name)
	case info.Mode().Perm()&0o077 != 0:
		return fmt.Errorf("%s is open to others (mode %#o); run: chmod 700 %s", path, info.Mode().Perm(), path)
	}
	return nil
}

func ownerOf(info os.FileInfo) account {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return account{uid: -1, gid: -1, name: "an unknown user"}
	}
	uid := int(stat.Uid)
	return account{uid: uid, gid: int(stat.Gid), name: userName(uid)}
}

func userName(uid int) string {
	if u, err := user.LookupId(strconv.Itoa(uid)); err == nil {
		return u.Username
	}
	return "user " + strconv.Itoa(uid)
}
