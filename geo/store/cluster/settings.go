package cluster

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// settingsFile is included at the end of postgresql.conf and written anew at every start.
// An administrator's ALTER SYSTEM (postgresql.auto.conf) still wins over it.
const settingsFile = "patok.conf"

const mib = 1 << 20

// settings are PostgreSQL's parameters for a cluster that serves one city from one machine.
// override wins; its values are written as given, quoted.
func settings(f folder, sockDir string, memoryBytes int64, override map[string]string) map[string]string {
	quarter := memoryBytes / 4 / mib
	s := map[string]string{
		"listen_addresses":        "",
		"port":                    strconv.Itoa(port),
		"unix_socket_directories": sockDir,
		"unix_socket_permissions": "0700",
		"max_connections":         "60",

		// Every acknowledged write survives a power cut.
		"fsync":              "on",
		"full_page_writes":   "on",
		"synchronous_commit": "on",
		"wal_level":          "replica",
		"max_wal_size":       "2GB",

		"shared_buffers":       fmt.Sprintf("%dMB", min(max(quarter, 128), 1024)),
		"effective_cache_size": fmt.Sprintf("%dMB", max(2*quarter, 256)),
		"maintenance_work_mem": fmt.Sprintf("%dMB", min(max(quarter/8, 64), 256)),
		"random_page_cost":     "1.1", // solid-state disks
		"jit":                  "off", // costs more than it gives on short spatial queries

		"timezone":     "UTC",
		"lc_messages":  "C",
		"cluster_name": "patok",

		// One file a weekday, overwritten a week later.
		"logging_collector":        "on",
		"log_directory":            f.log(),
		"log_filename":             "postgres-%a.log",
		"log_file_mode":            "0600",
		"log_truncate_on_rotation": "on",
		"log_rotation_age":         "1d",
		"log_rotation_size":        "0",
		"log_timezone":             "UTC",
		"log_line_prefix":          "%m [%p] %q%u@%d ",
		"log_min_error_statement":  "panic", // statements carry people's names
	}
	maps.Copy(s, override)
	return s
}

// writeSettings replaces patok.conf in the data directory.
func writeSettings(pgDir string, who account, values map[string]string) error {
	var b strings.Builder
	b.WriteString("# Written by patok at every start. Your own settings: ALTER SYSTEM SET ... (they win over this file).\n")
	for _, name := range slices.Sorted(maps.Keys(values)) {
		value := strings.NewReplacer(`\`, `\\`, `'`, `''`, "\n", `\n`).Replace(values[name])
		fmt.Fprintf(&b, "%s = '%s'\n", name, value)
	}
	if err := replaceFile(filepath.Join(pgDir, settingsFile), []byte(b.String()), who); err != nil {
		return fmt.Errorf("write PostgreSQL's settings: %w", err)
	}
	return nil
}

// replaceFile writes a private file by renaming a new one over it, so that no symlink is followed and no half is seen.
func replaceFile(path string, data []byte, who account) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // gone already when the rename worked
	defer f.Close()
	if _, err := f.Write(data); err != nil {
		return err
	}
	if os.Geteuid() != who.uid {
		if err := f.Chown(who.uid, who.gid); err != nil {
			return err
		}
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// syncDir makes renames inside a folder durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// memory returns the machine's memory, or the container's limit where that is less; 512 MiB when neither is known.
func memory() int64 {
	total := int64(512 * mib)
	if data, err := os.ReadFile("/proc/meminfo"); err == nil {
		var kib int64
		if n, _ := fmt.Sscanf(string(data), "MemTotal: %d kB", &kib); n == 1 {
			total = kib * 1024
		}
	}
	for _, path := range []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"} {
		data, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		if limit, err := strconv.ParseInt(strings.TrimSpace(string(data)), 10, 64); err == nil && limit > 0 && limit < total {
			total = limit
		}
	}
	return total
}
